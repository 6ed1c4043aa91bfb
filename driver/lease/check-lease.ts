import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { leaseLost } from '../../engine/runtime/lease-lost.ts';
import type { Lease } from './lease.ts';

/** Where the lease stands, and the time of this process. */
export interface LeasePlace {
  readonly metadata: MetadataStore;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * Fails with `LEASE_LOST` once another driver has taken over. For effects that no transaction can fence, such as files: a driver that sleeps
 * between this and its effect may still have it late, so such an effect must be one that harms nobody when it comes twice.
 *
 * An answer that took a lease period says nothing: a driver that was frozen while it waited gets what stood there long ago. So it looks again.
 */
export async function checkLease(
  { metadata, clock }: LeasePlace,
  lease: Pick<Lease, 'appId' | 'epoch' | 'fence' | 'lost' | 'periodMs'>,
): Promise<void> {
  for (;;) {
    lease.lost.throwIfAborted();
    const askedMs = clock.monotonic();
    const item = await metadata.get(lease.fence.key);
    if (item?.['epoch'] !== lease.epoch) throw leaseLost(lease.appId, item);
    if (clock.monotonic() - askedMs < lease.periodMs) return;
  }
}
