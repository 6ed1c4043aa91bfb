import { readRecord } from '../../../driver/application/app-record.ts';
import { removeOrphan } from '../../../driver/application/remove-application.ts';
import { everyPage } from '../../../engine/ports/every-page.ts';
import type { Effect, SimWorld } from '../../../simulator/sim-world.ts';

export interface StorageWatch {
  look(effect: Effect, world: SimWorld): Promise<void>;
  /** Names of what is left of an application that ended in order, although it was there before. */
  left(world: SimWorld, appId: string): Promise<readonly string[]>;
  /** Names of what is left when everything of the application is removed, whatever was written late: nothing may be. */
  leftByRemoval(world: SimWorld, appId: string): Promise<readonly string[]>;
}

/** Remembers when what was written. */
export function watchStorage(): StorageWatch {
  const objects = new Map<string, number>();
  const items = new Map<string, number>();
  let endedMs = Number.POSITIVE_INFINITY;
  return {
    async look({ name, key, keys }, { clock, metadata }) {
      if (name === 'objects.put') objects.set(key, clock.monotonic());
      if (name === 'items.put' || name === 'items.transact') for (const each of keys) items.set(each, clock.monotonic());
      const record = name === 'items.transact' ? keys.find((each) => each.startsWith('apps/')) : undefined;
      // A driver that was replaced may try, and is refused.
      if (endedMs === Number.POSITIVE_INFINITY && record !== undefined) {
        if ((await readRecord(metadata, record.slice('apps/'.length)))?.outcome === 'succeeded') endedMs = clock.monotonic();
      }
    },
    async left(world, appId) {
      if ((await readRecord(world.metadata, appId))?.outcome !== 'succeeded') return ['a record that does not say succeeded'];
      const left: string[] = [];
      for (const { key } of await everyPage((page) => world.objects.list(`apps/${appId}/`, page)))
        if ((objects.get(key) ?? 0) < endedMs) left.push(key);
      for (const [key, atMs] of items) {
        const slash = key.lastIndexOf('/');
        const isData = key.includes('#journal/') || key.includes('#stage#');
        if (isData && atMs < endedMs && (await world.metadata.get({ partition: key.slice(0, slash), sort: key.slice(slash + 1) })) !== null)
          left.push(key);
      }
      return left;
    },
    async leftByRemoval({ metadata, objects: store }, appId) {
      await removeOrphan({ metadata, objects: store }, appId);
      const left = (await store.list(`apps/${appId}/`)).objects.map(({ key }) => key);
      for (const key of items.keys()) {
        const slash = key.lastIndexOf('/');
        const isData = key.includes('#journal/') || key.includes('#stage#') || key.includes('/stages#');
        if (isData && (await metadata.get({ partition: key.slice(0, slash), sort: key.slice(slash + 1) })) !== null) left.push(key);
      }
      return left;
    },
  };
}
