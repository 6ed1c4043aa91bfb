import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LevinError } from '../../errors/levin-error.ts';
import { isAlive, processSpace } from './process-identity.ts';

/** `levin-<kind>-<process id>-<where that process id means something>-<random>` */
const NAME = /^levin-(?:scratch|executor-\d+)-(\d+)-([0-9a-f]{8})-[\w-]{6}$/;

/** A new folder of this process below `localDir` (null: the system's temporary folder), for what nobody needs once the process is gone. */
export function makeLocalFolder(kind: 'scratch' | `executor-${string}`, localDir: string | null): string {
  const parent = localDir ?? tmpdir();
  try {
    return mkdtempSync(join(parent, `levin-${kind}-${process.pid}-${processSpace()}-`));
  } catch (cause) {
    throw new LevinError({
      code: 'LOCAL_DIR',
      fault: 'user',
      message: `No folder for temporary files can be made in ${parent} (${(cause as Error).message}). Let localDir (LEVIN_LOCAL_DIR) name a folder that is there and can be written, on a local disk.`,
      cause,
    });
  }
}

/**
 * Removes such a folder. Where the disk does not let it (it has turned read-only), that is told and is no error: the next driver that starts, or
 * `levin gc`, removes what processes that are gone have left.
 */
export function removeLocalFolder(folder: string, onFailure: (message: string) => void): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^[\s,]+/, '') : String(error);
    onFailure(
      `The temporary folder ${folder} could not be removed (${reason}). The next run, or levin gc, removes it once that is possible.`,
    );
  }
}

/** Removes what processes that are gone have left there: those that were killed could not do it themselves. */
export async function clearLocalFolders(localDir: string | null): Promise<void> {
  for (const folder of await abandonedFolders(localDir)) await rm(folder, { recursive: true, force: true });
}

/** Folders of processes that are gone. */
export async function abandonedFolders(localDir: string | null): Promise<readonly string[]> {
  const parent = localDir ?? tmpdir();
  const space = processSpace();
  const abandoned = (await readdir(parent)).filter((name) => {
    const [, pid, itsSpace] = NAME.exec(name) ?? [];
    return pid !== undefined && itsSpace === space && !isAlive(Number(pid));
  });
  return abandoned.map((name) => join(parent, name));
}
