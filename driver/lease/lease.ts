import type { Check } from '../../engine/ports/metadata-store.ts';
import { metadataKeys } from '../../engine/types/keys.ts';

/** The right to write for an application, held by this process. */
export interface Lease {
  readonly appId: string;
  /** 1 for the first driver of the application, one more for each that took over. */
  readonly epoch: number;
  /** It is anybody's who has seen it stand still for so long. */
  readonly periodMs: number;
  /** Goes into every `transact` of this driver: refused once another one has taken over. */
  readonly fence: Check;
  /** Aborted with a `LEASE_LOST` error when another driver has taken over, or when the lease could not be renewed in time: the driver must stop. */
  readonly lost: AbortSignal;
  /** Ends the renewals and tells the next driver that it need not wait. Idempotent; never fails: a lease that is not released runs out. */
  release(): Promise<void>;
}

/** Holds as long as no other driver has taken over. */
export function fenceOf(appId: string, epoch: number): Check {
  return { key: metadataKeys.lease(appId), condition: { kind: 'equals', fields: { epoch } } };
}
