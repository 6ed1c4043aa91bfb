import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ExecutorFolder, executorFolderAt } from './executor-folder.ts';

/** The temporary folder of an environment that serves one attempt after the other, and belongs to it whole. */
export interface EnvironmentFolder extends ExecutorFolder {
  /** Makes it as empty as it was at first: `keepCode` leaves the code that was fetched. */
  clear(keepCode: boolean): void;
  /** Empties it, and makes this process and its threads work in there. */
  enter(): void;
}

/**
 * Layout of an executor's folder, below `root`. Nothing is written before the first `clear`.
 * What user code leaves anywhere in `root` goes with it, also what it put beside levin's own folders.
 */
export function environmentFolderAt(root: string): EnvironmentFolder {
  const folder = executorFolderAt(root);
  const self: EnvironmentFolder = {
    ...folder,
    enter() {
      self.clear(false);
      process.chdir(folder.work);
      process.env['TMPDIR'] = folder.temporary;
    },
    clear(keepCode) {
      // The working folder itself stays: the process stands in it.
      for (const name of namesIn(folder.work)) remove(join(folder.work, name));
      for (const name of namesIn(root)) {
        const path = join(root, name);
        if (path !== folder.work && !(keepCode && path === folder.code)) remove(path);
      }
      for (const path of [folder.work, folder.temporary, folder.code]) mkdirSync(path, { recursive: true });
    },
  };
  return self;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
