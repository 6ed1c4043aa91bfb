import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeLocalFolder } from './local-folder.ts';

/** What one executor process has on disk, and all of it. */
export interface ExecutorFolder {
  readonly root: string;
  /** Its working folder: empty, so that a job that relies on files beside it fails here and not first in the cloud. */
  readonly work: string;
  /** Its temporary files. */
  readonly temporary: string;
  /** Code that was fetched. */
  readonly code: string;
  /** What its attempts spill. */
  readonly scratch: string;
}

export function makeExecutorFolder(executorId: string, localDir: string | null): ExecutorFolder {
  const folder = executorFolderAt(makeLocalFolder(`executor-${executorId}`, localDir));
  for (const path of [folder.work, folder.temporary, folder.code]) mkdirSync(path);
  return folder;
}

export function executorFolderAt(root: string): ExecutorFolder {
  return { root, work: join(root, 'work'), temporary: join(root, 'tmp'), code: join(root, 'code'), scratch: join(root, 'scratch') };
}

/** False once somebody has removed it. */
export function isExecutorFolder(root: string): boolean {
  return existsSync(executorFolderAt(root).work);
}
