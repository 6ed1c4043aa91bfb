import type { Effect, SimWorld } from '../../../simulator/sim-world.ts';

/** Holds drivers to the lease: one that was replaced changes no item any more, journal and generations included. */
export function watchEpochs(): { look(effect: Effect, world: SimWorld): Promise<void> } {
  const known = new Map<string, string>();
  let holder = '';
  let epoch = 0;
  return {
    async look({ process, name, keys }, { metadata }) {
      for (const key of keys) {
        const slash = key.lastIndexOf('/');
        const item = await metadata.get({ partition: key.slice(0, slash), sort: key.slice(slash + 1) });
        if (key.endsWith('/lease')) {
          const now = Number(item?.['epoch'] ?? 0);
          if (now > epoch) [holder, epoch] = [process, now];
          continue;
        }
        const text = JSON.stringify(item);
        const changed = (known.get(key) ?? 'null') !== text;
        known.set(key, text);
        if (changed && name === 'items.transact' && process !== holder)
          throw new Error(`${process} was replaced by ${holder} and has written ${key}`);
      }
    },
  };
}
