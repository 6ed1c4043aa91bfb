import { createHash } from 'node:crypto';
import { mkdtempSync, readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LevinError } from '../../errors/levin-error.ts';

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

/** Removes what processes that are gone have left there: those that were killed could not do it themselves. */
export async function clearLocalFolders(localDir: string | null): Promise<void> {
  const parent = localDir ?? tmpdir();
  const space = processSpace();
  for (const name of await readdir(parent)) {
    const [, pid, itsSpace] = NAME.exec(name) ?? [];
    if (pid === undefined || itsSpace !== space || isAlive(Number(pid))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Where process ids mean the same as here: a temporary folder may be shared with containers and other machines. */
function processSpace(): string {
  return createHash('sha256').update(`${hostname()}\n${processNamespace()}`).digest('hex').slice(0, 8);
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has them.
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is somebody else's, and alive.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
