import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import { everyPage } from '../../engine/ports/every-page.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { StagedFiles } from '../../engine/ports/staged-files.ts';
import { keyOfPath } from '../../engine/types/file-path.ts';
import { attemptOf, isVisibleName, pendingApp, pendingName, publishedKey } from '../../engine/types/output-names.ts';
import type { SaveMode } from '../api/types.ts';
import { encodeManifest, putManifest, readOutputRecords } from '../planner/output-records.ts';
import type { OutputClaim } from './output-claims.ts';

export interface OutputFolders {
  readonly files: ObjectStore;
  readonly staged: StagedFiles;
  readonly appId: string;
  /** The attempt was launched by this application: of staged files only those are ever taken for leftovers of ours. */
  readonly isOwnAttempt: (attemptId: string) => boolean;
}

/** A folder that an action writes into, by its absolute path. */
export interface OutputFolder {
  /** Fails with `OUTPUT_EXISTS` where the mode forbids to write. */
  decide(mode: SaveMode): Promise<OutputClaim>;
  /**
   * Notes that this application writes here. Files that just lie there are noted before as what the folder holds (its first manifest), so that
   * readers go on seeing exactly those.
   */
  mark(ordinal: number): Promise<void>;
}

export function outputFolder(options: OutputFolders, path: string): OutputFolder {
  const { files, appId } = options;
  const key = keyOfPath(path);
  return {
    async decide(mode) {
      const found = await lookInto(options, key);
      if (found === 'free') return 'write';
      if (found === 'a file') throw exists(path, 'Choose another one');
      const { manifest, pending } = await readOutputRecords(files, key);
      const unfinished = manifest === null ? pending.find((app) => app !== appId) : undefined;
      if (unfinished !== undefined && mode !== 'overwrite') throw notFinished(path, unfinished);
      switch (mode) {
        case 'error':
          throw exists(path, "Choose another one, delete it first, or save with { mode: 'overwrite' }");
        case 'ignore':
          return 'skip';
        case 'append':
          return 'write';
        case 'overwrite':
          await refuseFolders(files, path);
          return 'write';
      }
    },
    async mark(ordinal) {
      await adopt(files, key);
      await options.staged.mark(`${key}/${pendingName(appId, ordinal)}`);
    },
  };
}

/** A folder in which only leftovers of this application lie is free: of an action that failed before. */
async function lookInto({ files, appId, isOwnAttempt }: OutputFolders, key: string): Promise<'free' | 'taken' | 'a file'> {
  const { objects } = await files.list(`${key}/`);
  const isOwn = (name: string): boolean => {
    const file = publishedKey(name);
    return file === null ? pendingApp(name) === appId : isOwnAttempt(attemptOf(file) ?? '');
  };
  if (objects.length > 0) return objects.every((object) => isOwn(object.key.slice(key.length + 1))) ? 'free' : 'taken';
  try {
    await files.head(key);
    return 'a file';
  } catch (error) {
    const code = errorCode(error);
    if (code === 'OBJECT_NOT_FOUND') return 'free';
    if (code === 'IS_A_DIRECTORY') return 'taken';
    throw error;
  }
}

/** Not where somebody's output is unfinished: what is visible there may be a part of it. */
async function adopt(files: ObjectStore, key: string): Promise<void> {
  const { manifest, pending } = await readOutputRecords(files, key);
  if (manifest !== null || pending.length > 0) return;
  const found = await everyPage((page) => files.list(`${key}/`, page));
  const visible = found
    .map((object) => ({ name: object.key.slice(key.length + 1), length: object.size, checksum: null }))
    .filter(({ name }) => isVisibleName(name));
  if (visible.length > 0) await putManifest(files, { folder: key, version: 1, body: encodeManifest(visible) });
}

/** What is replaced is a folder of files; folders below it are somebody's data that a slip in the path must not cost. */
async function refuseFolders(files: ObjectStore, path: string): Promise<void> {
  const prefix = `${keyOfPath(path)}/`;
  const names = (await everyPage((page) => files.list(prefix, page))).map(({ key }) => key.slice(prefix.length));
  const nested = names.find((name) => name.includes('/') && isVisibleName(name.slice(0, name.indexOf('/'))));
  if (nested === undefined) return;
  throw new LevinError({
    code: 'OUTPUT_EXISTS',
    fault: 'user',
    message: `Output path ${path} holds folders (${nested.slice(0, nested.indexOf('/'))}): only a folder of files can be overwritten. Choose another path or delete it first; nothing was written.`,
  });
}

function exists(path: string, remedy: string): LevinError {
  return new LevinError({
    code: 'OUTPUT_EXISTS',
    fault: 'user',
    message: `Output path exists already: ${path}. ${remedy}; nothing was written.`,
  });
}

function notFinished(path: string, appId: string): LevinError {
  return new LevinError({
    code: 'OUTPUT_EXISTS',
    fault: 'user',
    message: `Output path ${path} holds an output that is not committed: application ${appId} is writing it, or was stopped before it was done. Wait for it, resume it with levin run --app ${appId}, or delete the folder; nothing was written.`,
  });
}
