import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LevinError } from '../../errors/levin-error.ts';
import { invalidKey } from '../../ports/object-errors.ts';
import { checkObjectKey } from '../../ports/object-key.ts';
import { errnoOf } from './directory-errors.ts';

/** A folder whose files are objects. */
export interface DirectoryTree {
  readonly root: string;
  /** Symbolic links may lead out of the root: for a tree that holds the user's own files. */
  readonly followLinks: boolean;
  /** The root with its links resolved; rejects with ENOENT until something was put. */
  readonly realRoot: () => Promise<string>;
}

/** `root` is made absolute; it need not exist yet. */
export function openDirectoryTree(root: string, followLinks: boolean): DirectoryTree {
  const absolute = resolve(root);
  let known: string | null = null;
  const realRoot = async (): Promise<string> => {
    known ??= await realpath(absolute);
    return known;
  };
  return { root: absolute, followLinks, realRoot };
}

/** Our temporary files stand beside their target, so that a rename never crosses file systems and a folder in use is never empty. */
const TEMPORARY_NAME = /^\.levin-tmp-(\d+)-[0-9a-f]{32}$/;

export function temporaryName(random: string): string {
  return `.levin-tmp-${process.pid}-${random}`;
}

/** The process that writes this temporary file; null when the name is another file's. */
export function temporaryWriter(name: string): number | null {
  const found = TEMPORARY_NAME.exec(name);
  return found === null ? null : Number(found[1]);
}

/** Where the object lies, links not yet resolved. Throws `INVALID_KEY`. */
export function pathOf(tree: DirectoryTree, key: string): string {
  checkObjectKey(key);
  if (key.includes('.levin-tmp-') && key.split('/').some((segment) => temporaryWriter(segment) !== null)) {
    throw invalidKey(key, 'names of this form are kept for temporary files');
  }
  return join(tree.root, key);
}

/**
 * The path with its links resolved. Throws `PATH_ESCAPES_ROOT` when they lead out of the root, and what realpath throws.
 * This holds against links that lie there, not against somebody who exchanges a folder for a link at the same moment.
 */
export async function resolveInside(tree: DirectoryTree, key: string, path: string): Promise<string> {
  if (tree.followLinks) return path;
  const root = await tree.realRoot();
  const real = await realpath(path);
  if (isBelow(real, root)) return real;
  throw new LevinError({
    code: 'PATH_ESCAPES_ROOT',
    fault: 'user',
    message: `The object "${key}" is not served: a symbolic link leads it to ${real}, outside of ${root}. Replace the link by the file or folder itself.`,
    details: { key, root, path: real },
  });
}

/** Like `resolveInside` for a folder that need not exist yet: its nearest ancestor that does must lie inside. */
export async function checkFolderInside(tree: DirectoryTree, key: string, folder: string): Promise<void> {
  if (tree.followLinks) return;
  for (let path = folder; path !== tree.root && path !== dirname(path); path = dirname(path)) {
    try {
      await resolveInside(tree, key, path);
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Whether `path` is `folder` or lies below it; both absolute and resolved. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
