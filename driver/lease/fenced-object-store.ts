import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { StagedFiles } from '../../engine/ports/staged-files.ts';

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

/** What marks a folder looks first, too, at each try: a mark that comes when a successor has ended stays for ever. The rest is done only behind looks of its own, and gives the same however often it is done. */
export function fencedStagedFiles(staged: StagedFiles, checkLease: () => Promise<void>): StagedFiles {
  return {
    ...staged,
    async mark(key) {
      await checkLease();
      await staged.mark(key, { beforeRetry: checkLease });
    },
  };
}
