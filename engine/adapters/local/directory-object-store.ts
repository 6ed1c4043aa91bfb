import type { ObjectStore } from '../../ports/object-store.ts';
import { checkedLimit } from '../../ports/page-limit.ts';
import { deleteFileObjects } from './directory-delete.ts';
import { listFileObjects } from './directory-list.ts';
import { putFileObject } from './directory-put.ts';
import { headFileObject, readFileObject } from './directory-read.ts';
import { openDirectoryTree } from './directory-tree.ts';

export interface DirectoryObjectStoreOptions {
  /** Folder of the objects; made at the first put. */
  readonly root: string;
  /**
   * The tree holds the user's own files (a store rooted at `/`): symbolic links may lead anywhere, and only folders that this store made
   * are removed once empty. Otherwise a key whose links lead out of the root fails with `PATH_ESCAPES_ROOT`. Default false.
   */
  readonly followLinks?: boolean;
}

/**
 * Objects as files below a folder, shared by every process of the machine. It survives `kill -9` at any time, not power loss.
 *
 * A put replaces the file under its name: a link that stands there is replaced, not followed.
 * A folder is `IS_A_DIRECTORY` for reads and puts, and no object for deletes and lists.
 */
export function createDirectoryObjectStore(options: DirectoryObjectStoreOptions): ObjectStore {
  const tree = openDirectoryTree(options.root, options.followLinks ?? false);
  const made = new Set<string>();
  const onFolderMade = (folder: string): void => {
    made.add(folder);
  };
  const mayRemove = (folder: string): boolean => !tree.followLinks || made.has(folder);

  return {
    put: (key, body, putOptions = {}) => putFileObject(tree, { key, body }, { ...putOptions, onFolderMade }),
    get: (key, readOptions = {}) => readFileObject(tree, key, readOptions),
    getRange: (key, start, end, readOptions = {}) => readFileObject(tree, key, { ...readOptions, range: { start, end } }),
    head: (key, { signal } = {}) => headFileObject(tree, key, signal),
    list: async (prefix, { after, limit, signal } = {}) => listFileObjects(tree, { prefix, after, limit: checkedLimit(limit), signal }),
    deleteMany: (keys, { signal } = {}) => deleteFileObjects(tree, keys, { signal, mayRemove }),
  };
}
