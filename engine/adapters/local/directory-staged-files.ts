import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { ObjectStore } from '../../ports/object-store.ts';
import { stagedByName } from '../../ports/staged-by-name.ts';
import type { StagedFiles } from '../../ports/staged-files.ts';
import { stagedPrefix } from '../../types/output-names.ts';
import { removeIfEmpty } from './directory-delete.ts';
import { errnoOf, fileError } from './directory-errors.ts';
import { temporaryName } from './directory-tree.ts';

/** Staged files of a directory store with the same root: publishing is a rename. It survives `kill -9` at any time, not power loss. */
export function createDirectoryStagedFiles(files: ObjectStore, { root }: { readonly root: string }): StagedFiles {
  const staged = stagedByName(files, {
    async mark(key) {
      if (await appearsWhole(join(root, key))) return;
      await files.put(key, new Uint8Array());
    },
    async move(from, to) {
      try {
        await rename(join(root, from), join(root, to));
        return true;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return false;
        throw fileError(error, { action: 'write', key: to, path: join(root, to) });
      }
    },
  });
  return {
    ...staged,
    async discard(folder, keys) {
      const report = await staged.discard(folder, keys);
      // Executors made it, so the store of this process leaves it alone. A writer that comes meanwhile makes it again.
      await removeIfEmpty(join(root, stagedPrefix(folder)));
      return report;
    },
  };
}

/**
 * Makes the missing folders of a file together with it, by one rename of the topmost. False when none is missing, when somebody else was first, and when it cannot be
 * done: then an ordinary put does it, or says why not.
 */
async function appearsWhole(path: string): Promise<boolean> {
  const top = await topmostMissing(dirname(path));
  if (top === null) return false;
  const aside = join(dirname(top), temporaryName(randomBytes(16).toString('hex')));
  const folder = join(aside, relative(top, dirname(path)));
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, basename(path)), '');
    await rename(aside, top);
    return true;
  } catch {
    await rm(aside, { recursive: true, force: true });
    return false;
  }
}

async function topmostMissing(folder: string): Promise<string | null> {
  let missing: string | null = null;
  for (let path = folder; ; path = dirname(path)) {
    if (path === dirname(path) || (await isThere(path))) return missing;
    missing = path;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
