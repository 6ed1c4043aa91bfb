import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { leaseLost } from '../../engine/runtime/lease-lost.ts';
import type { Lease } from './lease.ts';

/**
 * Fails with `LEASE_LOST` once another driver has taken over. For effects that no transaction can fence, such as files: a driver that sleeps
 * between this and its effect may still have it late, so such an effect must be one that harms nobody when it comes twice.
 */
export async function checkLease(metadata: MetadataStore, lease: Pick<Lease, 'appId' | 'epoch' | 'fence' | 'lost'>): Promise<void> {
  lease.lost.throwIfAborted();
  const item = await metadata.get(lease.fence.key);
  if (item?.['epoch'] !== lease.epoch) throw leaseLost(lease.appId, item);
}
