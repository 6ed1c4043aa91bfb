import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one executor process has on disk, and all of it. */
export interface ExecutorFolder {
  readonly root: string;
  /** Its working folder: empty, so that a job that relies on files beside it fails here and not first in the cloud. */
  readonly work: string;
  /** Its temporary files. */
  readonly temporary: string;
  /** Code that was fetched. */
  readonly code: string;
}

export function makeExecutorFolder(executorId: string): ExecutorFolder {
  const folder = executorFolderAt(mkdtempSync(join(tmpdir(), `levin-executor-${executorId}-`)));
  for (const path of [folder.work, folder.temporary, folder.code]) mkdirSync(path);
  return folder;
}

export function executorFolderAt(root: string): ExecutorFolder {
  return { root, work: join(root, 'work'), temporary: join(root, 'tmp'), code: join(root, 'code') };
}

/** May be called by driver and executor both, in any order. */
export function removeExecutorFolder(root: string): void {
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
