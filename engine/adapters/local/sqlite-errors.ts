import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Fault, LevinError } from '../../errors/levin-error.ts';
import { errnoOf } from './directory-errors.ts';
import { lockHolders } from './lock-holders.ts';

const BUSY = 5;
const LOCKED = 6;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;

/** Its shared memory file grows by 32 KB. */
const WORKING_BYTES = 64 * 1024;
const CANNOT_OPEN = 14;

interface Explanation {
  readonly code: string;
  readonly fault: Fault;
  readonly text: string;
}

/** By SQLite's primary result code. */
const EXPLANATIONS: Readonly<Record<number, Explanation>> = {
  3: { code: 'PERMISSION_DENIED', fault: 'user', text: 'permission denied. Grant this user access to it, or choose another state folder.' },
  8: {
    code: 'PERMISSION_DENIED',
    fault: 'user',
    text: 'it is read-only. Grant this user write access to it, or choose another state folder.',
  },
  [FULL]: { code: 'NO_SPACE', fault: 'resource', text: 'the disk is full. Free some space, or choose a state folder on another disk.' },
  26: { code: 'STATE_CORRUPT', fault: 'user', text: 'it is no state file of levin. Move it away, or choose another state folder.' },
};

/** Turns an error of SQLite, or of making its folder, into ours; gives any other back as it is. */
export function sqliteError(error: unknown, file: string): unknown {
  if (error instanceof LevinError || !(error instanceof Error)) return error;
  if (isBusy(error)) return storeBusy(file, error);
  const result = resultCode(error);
  if (result === CORRUPT) return stateDamaged(file, error.message, error);
  if (result === undefined || result === CANNOT_OPEN) return cannotOpen(file, error);
  // Files that it maps into memory do not grow: SQLite calls that an I/O error.
  const known = EXPLANATIONS[result === IO_ERROR && isFull(dirname(file)) ? FULL : result];
  return new LevinError({
    code: known?.code ?? 'STORE_FAILED',
    fault: known?.fault ?? 'transient',
    message: `Cannot use the state file ${file}: ${known?.text ?? `${error.message}. Check the disk, then run again.`}`,
    details: { file, sqlite: result },
    cause: error,
  });
}

/** Whether another process or connection holds the lock: nothing was done. */
export function isBusy(error: unknown): boolean {
  const result = resultCode(error);
  return result === BUSY || result === LOCKED;
}

export function storeClosed(file: string): LevinError {
  return new LevinError({
    code: 'STORE_CLOSED',
    fault: 'internal',
    message: `The state file ${file} was closed already. Open it again to use it.`,
    details: { file },
  });
}

/** Less is free than SQLite needs to begin. */
function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < WORKING_BYTES;
  } catch {
    return false;
  }
}

/** Neither SQLite nor mkdir tells why. */
function cannotOpen(file: string, cause: Error): LevinError {
  const { code, fault, text } = whyNotOpened(file, cause);
  return new LevinError({ code, fault, message: `Cannot use the state file ${file}: ${text}`, details: { file }, cause });
}

function whyNotOpened(file: string, cause: Error): Explanation {
  const other = 'Choose another state folder (--state-dir, LEVIN_STATE_DIR).';
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    return { code: 'IS_A_DIRECTORY', fault: 'user', text: `it is a folder, and a file is due. ${other}` };
  }
  switch (refusedWrite(dirname(file))) {
    case 'EROFS':
      return { code: 'PERMISSION_DENIED', fault: 'user', text: `its file system is mounted read-only. ${other}` };
    case 'EACCES':
      return {
        code: 'PERMISSION_DENIED',
        fault: 'user',
        text: `this user may not write in its folder. Grant write access, or choose another state folder.`,
      };
    case 'ENOTDIR':
      return { code: 'NOT_A_DIRECTORY', fault: 'user', text: `one of its folders is a file. ${other}` };
    default:
      return { code: 'STORE_FAILED', fault: 'transient', text: `${cause.message}. Check the disk, then run again.` };
  }
}

/** Why nothing can be written in a folder, or where it would be made. */
function refusedWrite(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const errno = errnoOf(error);
    return errno === 'ENOENT' && folder !== dirname(folder) ? refusedWrite(dirname(folder)) : errno;
  }
}

/** What the file says cannot be relied on. It stays as it is. */
export function stateDamaged(file: string, what: string, cause?: unknown): LevinError {
  return new LevinError({
    code: 'STATE_CORRUPT',
    fault: 'user',
    message:
      `Cannot use the state file ${file}: it is damaged (${what}). Nothing was changed in it. Put a backup in its place, or move it away, with ${file}-wal and ${file}-shm ` +
      'where they are there: levin then begins anew, and its applications cannot be resumed.',
    details: { file },
    cause,
  });
}

function storeBusy(file: string, cause: unknown): LevinError {
  const holders = lockHolders([file, `${file}-shm`]);
  const by = holders.length === 0 ? 'another process' : holders.join(' and ');
  return new LevinError({
    code: 'STORE_BUSY',
    fault: 'transient',
    message: `The state file ${file} stayed locked by ${by} for too long (30 s, 10 s when a command starts). End that process, or run again later.`,
    details: { file, effect: 'none' },
    cause,
  });
}

/** Extended codes carry the primary one in their low byte. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
