import { LevinError } from '../../engine/errors/levin-error.ts';
import type { Condition, MetadataItem } from '../../engine/ports/metadata-store.ts';

/** One driver at a time may write for an application: the one that this item names. */
export interface LeaseItem {
  /** Counts drivers: raised by each that takes over. Every write of a driver checks it. */
  readonly epoch: number;
  /** Raised by each renewal: as long as it moves, the driver lives. */
  readonly version: number;
  /** Random, the driver's own: tells a lost response from a lost lease. */
  readonly owner: string;
  /** The driver has ended and said so: nobody has to wait. */
  readonly released: boolean;
}

/** `nowMs`: wall time, for people who ask when a driver was last seen; nothing is decided by it. */
export function toItem(lease: LeaseItem, nowMs: number): MetadataItem {
  return { ...lease, seenAtMs: nowMs };
}

/** Wall time of the last renewal. */
export function seenAtMs(item: MetadataItem): number {
  return Number(item['seenAtMs']);
}

export function fromItem(appId: string, item: MetadataItem): LeaseItem {
  const { epoch, version, owner, released } = item as Partial<Record<keyof LeaseItem, unknown>>;
  if (typeof epoch === 'number' && typeof version === 'number' && typeof owner === 'string' && typeof released === 'boolean') {
    return { epoch, version, owner, released };
  }
  throw new LevinError({
    code: 'LEASE_INVALID',
    fault: 'internal',
    message: `The lease of application ${appId} cannot be read: ${JSON.stringify(item)}. It was not written by this version of levin.`,
  });
}

/** Holds as long as nobody has renewed, released or taken the lease since it was read. */
export function unchanged(lease: LeaseItem): Condition {
  return { kind: 'equals', fields: { epoch: lease.epoch, version: lease.version, owner: lease.owner, released: lease.released } };
}
