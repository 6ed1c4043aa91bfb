import type { MetadataItem } from '../../engine/ports/metadata-store.ts';
import type { Random } from '../../engine/ports/random.ts';
import { repeatWrite } from '../../engine/runtime/repeat-write.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import { type HoldLease, holdLease } from './hold-lease.ts';
import type { Lease } from './lease.ts';
import { appExists, appIsRunning, appNotFound } from './lease-errors.ts';
import { fromItem, type LeaseItem, toItem, unchanged } from './lease-item.ts';

/** The item is looked at this often in one lease period, so that a released lease is taken soon. */
const LOOKS = 10;

/** A driver that renewed this often while somebody waited is alive: waiting on would never end. */
const MAX_RENEWALS = 3;

export interface AcquireLease extends HoldLease {
  readonly random: Random;
  readonly signal?: AbortSignal;
}

/** The lease of a new application. Fails with `APP_EXISTS`. */
export async function acquireLease(options: AcquireLease): Promise<Lease> {
  const { metadata, appId } = options;
  const first: LeaseItem = { epoch: 1, version: 0, owner: options.random.uuid(), released: false };
  const put = await repeatWrite(() =>
    metadata.put(metadataKeys.lease(appId), toItem(first, options.clock.now()), { condition: { kind: 'absent' } }),
  );
  if (!put.written && ownerOf(appId, put.current) !== first.owner) throw appExists(appId);
  return holdLease(options, first);
}

/**
 * The lease of an application whose driver is gone.
 *
 * ```
 *  released                          ──▶ taken at once
 *  unchanged for one lease period    ──▶ taken, epoch + 1
 *  renewed, 3 times                  ──▶ APP_IS_RUNNING
 * ```
 * The period is measured on this process's monotonic clock, from the first look that saw the item as it is: clocks of two machines are
 * never compared. Of several takers one wins; for the others the item has changed, and they wait for that one.
 */
export async function takeOverLease(options: AcquireLease): Promise<Lease> {
  const { clock, leaseMs } = options;
  const owner = options.random.uuid();
  let seen = await look(options);
  let seenMs = clock.monotonic();
  for (let renewals = 0; ; ) {
    if (seen.released || clock.monotonic() - seenMs >= leaseMs) {
      const taken = await take(options, seen, owner);
      if (taken !== null) return holdLease(options, taken);
    }
    await clock.sleep(leaseMs / LOOKS, options.signal === undefined ? {} : { signal: options.signal });
    const now = await look(options);
    if (same(now, seen)) continue;
    renewals++;
    if (renewals === MAX_RENEWALS) throw appIsRunning(options.appId, renewals);
    seen = now;
    seenMs = clock.monotonic();
  }
}

async function look({ metadata, appId }: AcquireLease): Promise<LeaseItem> {
  const item = await metadata.get(metadataKeys.lease(appId));
  if (item === null) throw appNotFound(appId);
  return fromItem(appId, item);
}

async function take(options: AcquireLease, seen: LeaseItem, owner: string): Promise<LeaseItem | null> {
  const { metadata, appId } = options;
  const mine: LeaseItem = { epoch: seen.epoch + 1, version: 0, owner, released: false };
  const put = await repeatWrite(() =>
    metadata.put(metadataKeys.lease(appId), toItem(mine, options.clock.now()), { condition: unchanged(seen) }),
  );
  return put.written || ownerOf(appId, put.current) === owner ? mine : null;
}

function ownerOf(appId: string, item: MetadataItem | null): string | null {
  return item === null ? null : fromItem(appId, item).owner;
}

function same(a: LeaseItem, b: LeaseItem): boolean {
  return a.epoch === b.epoch && a.version === b.version && a.owner === b.owner && a.released === b.released;
}
