import type { ObjectStore } from '../../engine/ports/object-store.ts';

/**
 * An object store for a driver: it looks whether it still holds its lease before each put and delete, and fails with `LEASE_LOST` otherwise.
 *
 * A driver that was frozen between the look and the write may still write that one object; its key names the epoch or the content, so it does no harm.
 */
export function fencedObjectStore(objects: ObjectStore, checkLease: () => Promise<void>): ObjectStore {
  return {
    ...objects,
    async put(...call) {
      await checkLease();
      return await objects.put(...call);
    },
    async deleteMany(...call) {
      await checkLease();
      return await objects.deleteMany(...call);
    },
  };
}
