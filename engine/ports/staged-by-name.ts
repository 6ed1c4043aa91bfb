import { publishedKey, stagedKey, stagedPrefix } from '../types/output-names.ts';
import { everyPage } from './every-page.ts';
import type { ObjectStore } from './object-store.ts';
import type { StagedFiles } from './staged-files.ts';

/** Renames an object, replacing what has the new name; false when none has the old name. */
export type MoveObject = (from: string, to: string) => Promise<boolean>;

/** The two things that an object store cannot do and a file system can. */
export interface NameChanges {
  readonly move: MoveObject;
  readonly mark: StagedFiles['mark'];
}

/** Staged files as objects with hidden names beside those of their folder: for stores that can rename. */
export function stagedByName(files: ObjectStore, { move, mark }: NameChanges): StagedFiles {
  return {
    mark,
    async stage(key, body, options = {}) {
      await files.put(stagedKey(key), body, options);
    },
    async publish(key) {
      if (await move(stagedKey(key), key)) return true;
      const { objects } = await files.list(key, { limit: 1 });
      return objects[0]?.key === key;
    },
    async list(folder) {
      const found = await everyPage((page) => files.list(stagedPrefix(folder), page));
      return found.map(({ key }) => publishedKey(key)).filter((key) => key !== null);
    },
    discard: (_folder, keys) => files.deleteMany(keys.map(stagedKey)),
  };
}
