import { isOnS3 } from '../types/file-path.ts';
import type { DeleteReport, ObjectStore } from './object-store.ts';
import type { StagedFiles } from './staged-files.ts';

/** The user's files, read and written. */
export interface UserFiles {
  readonly files: ObjectStore;
  /** Of the same keys. */
  readonly staged: StagedFiles;
}

/** Sends keys `s3://…` to S3, which is opened when the first one comes, and all others to the machine's own files. */
export function routeFiles(local: UserFiles, openS3: () => Promise<UserFiles>): UserFiles {
  let opened: Promise<UserFiles> | null = null;
  const of = (key: string): UserFiles | Promise<UserFiles> => {
    if (!isOnS3(key)) return local;
    opened ??= openS3();
    return opened;
  };
  return {
    files: {
      put: async (key, body, options) => (await of(key)).files.put(key, body, options),
      get: async (key, options) => (await of(key)).files.get(key, options),
      getRange: async (key, start, end, options) => (await of(key)).files.getRange(key, start, end, options),
      head: async (key, options) => (await of(key)).files.head(key, options),
      list: async (prefix, options) => (await of(prefix)).files.list(prefix, options),
      deleteMany: (keys, options) => inGroups(keys, async (group, first) => (await of(first)).files.deleteMany(group, options)),
    },
    staged: {
      mark: async (key, options) => (await of(key)).staged.mark(key, options),
      stage: async (key, body, options) => (await of(key)).staged.stage(key, body, options),
      publish: async (key) => (await of(key)).staged.publish(key),
      list: async (folder) => (await of(folder)).staged.list(folder),
      discard: async (folder, keys) => (await of(folder)).staged.discard(folder, keys),
    },
  };
}

async function inGroups(
  keys: readonly string[],
  deleteGroup: (group: readonly string[], first: string) => Promise<DeleteReport>,
): Promise<DeleteReport> {
  const failed: DeleteReport['failed'][number][] = [];
  for (const [, group] of Map.groupBy(keys, isOnS3)) failed.push(...(await deleteGroup(group, group[0] as string)).failed);
  return { failed };
}
