import type { MetadataItem } from '../../../engine/ports/metadata-store.ts';
import type { Effect, SimWorld } from '../../../simulator/sim-world.ts';

export interface LeaseWatch {
  look(effect: Effect, world: SimWorld): Promise<void>;
  /** The driver ended because its lease was lost, or because somebody else has the application. */
  ended(driver: string, code: string): void;
  /** Who has it, or had it last. */
  readonly holder: () => string;
  readonly released: () => boolean;
}

export interface LeaseWatchOptions {
  readonly leaseMs: number;
  /** Something has gone wrong for the driver. */
  readonly disturbed: (driver: string) => boolean;
}

/** Monotonic clocks differ by a thousandth at most. */
const CLOCKS = 0.99;

/**
 * Holds drivers to the lease: it changes hands only when it was released or stood still for its period, its epoch and version go up one by one, who
 * holds it renews it, who was replaced changes no item any more, and nobody takes it for lost who has it.
 */
export function watchLease({ leaseMs, disturbed }: LeaseWatchOptions): LeaseWatch {
  const known = new Map<string, string>();
  const epochs = new Map<string, number>();
  let holder = '';
  let lease: MetadataItem | null = null;
  let writtenMs = 0;

  const changed = (process: string, now: MetadataItem, nowMs: number): void => {
    const before = lease;
    const stoodMs = nowMs - writtenMs;
    [lease, writtenMs] = [now, nowMs];
    if (now['owner'] !== before?.['owner']) {
      const epoch = Number(before?.['epoch'] ?? 0) + 1;
      if (now['epoch'] !== epoch) throw new Error(`${process} took the lease with epoch ${JSON.stringify(now['epoch'])}, not ${epoch}`);
      if (before !== null && before['released'] !== true && stoodMs < leaseMs * CLOCKS)
        throw new Error(`${process} took the lease of ${holder} ${stoodMs} ms after it was renewed; its period is ${leaseMs} ms`);
      holder = process;
      epochs.set(process, epoch);
      return;
    }
    if (process !== holder) throw new Error(`${process} renewed the lease of ${holder}`);
    if (before === null) return;
    if (now['epoch'] !== before['epoch'] || now['version'] !== Number(before['version']) + 1 || before['released'] === true)
      throw new Error(`${process} renewed its lease from ${JSON.stringify(before)} to ${JSON.stringify(now)}`);
    if (stoodMs > leaseMs / 2 + 500 && !disturbed(process)) throw new Error(`${process} has not renewed its lease for ${stoodMs} ms`);
  };
  return {
    async look({ process, name, keys }, { metadata, clock }) {
      for (const key of keys) {
        const slash = key.lastIndexOf('/');
        const item = await metadata.get({ partition: key.slice(0, slash), sort: key.slice(slash + 1) });
        const text = JSON.stringify(item);
        const isNew = (known.get(key) ?? 'null') !== text;
        known.set(key, text);
        if (!isNew) continue;
        if (key.endsWith('/lease') && item !== null) changed(process, item, clock.monotonic());
        else if (name === 'items.transact' && process !== holder)
          throw new Error(`${process} was replaced by ${holder} and has written ${key}`);
      }
    },
    ended(driver, code) {
      const epoch = epochs.get(driver) ?? 0;
      if (code === 'LEASE_LOST' && !disturbed(driver) && Number(lease?.['epoch']) === epoch)
        throw new Error(`${driver} took its lease for lost and holds it`);
      if (code === 'APP_EXISTS' && Number(lease?.['epoch']) === epoch)
        throw new Error(`${driver} took its own application for another one's`);
    },
    holder: () => holder,
    released: () => lease?.['released'] === true,
  };
}
