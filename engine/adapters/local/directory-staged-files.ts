import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../ports/object-store.ts';
import { stagedByName } from '../../ports/staged-by-name.ts';
import type { StagedFiles } from '../../ports/staged-files.ts';
import { errnoOf, fileError } from './directory-errors.ts';

/** Staged files of a directory store with the same root: publishing is a rename. It survives `kill -9` at any time, not power loss. */
export function createDirectoryStagedFiles(files: ObjectStore, { root }: { readonly root: string }): StagedFiles {
  return stagedByName(files, async (from, to) => {
    try {
      await rename(join(root, from), join(root, to));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw fileError(error, { action: 'write', key: to, path: join(root, to) });
    }
  });
}
