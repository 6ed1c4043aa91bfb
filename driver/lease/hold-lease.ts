import type { LevinError } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { leaseLost } from '../../engine/runtime/lease-lost.ts';
import { repeatWrite } from '../../engine/runtime/repeat-write.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import { fenceOf, type Lease } from './lease.ts';
import { cannotRenew } from './lease-errors.ts';
import { fromItem, type LeaseItem, toItem, unchanged } from './lease-item.ts';

/** Renewals in one lease period: two may fail before anybody may think that this driver is dead. */
const RENEWALS = 3;

export interface HoldLease {
  readonly metadata: MetadataStore;
  readonly clock: Clock;
  readonly appId: string;
  readonly leaseMs: number;
}

/** Renews a lease that was just written, until it is released or lost. */
export function holdLease(options: HoldLease, written: LeaseItem): Lease {
  const lost = new AbortController();
  const stop = new AbortController();
  const holder = createHolder(options, written, (error) => lost.abort(error));
  const renewing = renewForEver(options, holder, stop.signal);
  return {
    appId: options.appId,
    epoch: written.epoch,
    periodMs: options.leaseMs,
    fence: fenceOf(options.appId, written.epoch),
    lost: lost.signal,
    async release() {
      stop.abort();
      await renewing;
      await holder.release();
    },
  };
}

interface Holder {
  /** One renewal; false when the lease is lost. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

function createHolder(options: HoldLease, written: LeaseItem, onLost: (error: LevinError) => void): Holder {
  const { metadata, clock, appId, leaseMs } = options;
  const key = metadataKeys.lease(appId);
  let mine = written;
  let renewedMs = clock.monotonic();
  let lastTry: { readonly version: number; readonly startedMs: number } | null = null;
  let held = true;
  const lose = (error: LevinError): false => {
    held = false;
    onLost(error);
    return false;
  };

  /** Writes the next version; false when the item is not mine any more. */
  async function write(released: boolean): Promise<boolean> {
    for (;;) {
      const startedMs = clock.monotonic();
      const next = { ...mine, version: mine.version + 1, released };
      const unclear = lastTry;
      lastTry = { version: next.version, startedMs };
      const put = await metadata.put(key, toItem(next, clock.now()), { condition: unchanged(mine) });
      if (put.written) {
        mine = next;
        renewedMs = startedMs;
        return true;
      }
      const current = put.current === null ? null : fromItem(appId, put.current);
      if (current?.owner !== mine.owner || current.epoch !== mine.epoch) return lose(leaseLost(appId, put.current));
      // An earlier write of mine was done and its response lost: it renewed the lease then. Write again for now.
      mine = current;
      if (unclear?.version === current.version) renewedMs = unclear.startedMs;
    }
  }

  return {
    async renew() {
      try {
        return await write(false);
      } catch (error) {
        return clock.monotonic() - renewedMs < leaseMs || lose(cannotRenew(appId, leaseMs, error));
      }
    },
    async release() {
      if (!held || mine.released) return;
      // Not worth an error: the next driver then waits for one lease period.
      await repeatWrite(() => write(true)).catch(() => false);
      held = false;
    },
  };
}

/** The process may end while it sleeps: a lease that nobody needs keeps nobody alive. */
async function renewForEver(options: HoldLease, holder: Holder, signal: AbortSignal): Promise<void> {
  const everyMs = options.leaseMs / RENEWALS;
  do {
    await options.clock.sleep(everyMs, { signal, unref: true }).catch(() => undefined);
  } while (!signal.aborted && (await holder.renew()));
}
