import { errorCode } from '../../errors/levin-error.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { stagedByName } from '../../ports/staged-by-name.ts';
import type { StagedFiles } from '../../ports/staged-files.ts';

/** Staged files of a store that cannot rename, by copying them: for tests. */
export function createMemoryStagedFiles(files: ObjectStore): StagedFiles {
  return stagedByName(files, {
    async mark(key) {
      await files.put(key, new Uint8Array());
    },
    async move(from, to) {
      try {
        await files.put(to, await files.get(from));
      } catch (error) {
        if (errorCode(error) === 'OBJECT_NOT_FOUND') return false;
        throw error;
      }
      await files.deleteMany([from]);
      return true;
    },
  });
}
