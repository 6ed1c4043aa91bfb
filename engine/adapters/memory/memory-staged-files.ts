import { nullIfMissing } from '../../ports/null-if-missing.ts';
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
      const bytes = await nullIfMissing(files.get(from));
      if (bytes === null) return false;
      await files.put(to, bytes);
      await files.deleteMany([from]);
      return true;
    },
  });
}
