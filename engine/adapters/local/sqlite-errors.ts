import { type Fault, LevinError } from '../../errors/levin-error.ts';

const BUSY = 5;
const LOCKED = 6;

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
  11: { code: 'STATE_CORRUPT', fault: 'user', text: 'it is damaged. Move it away; its applications cannot be resumed.' },
  13: { code: 'NO_SPACE', fault: 'resource', text: 'the disk is full. Free some space, or choose a state folder on another disk.' },
  14: {
    code: 'PERMISSION_DENIED',
    fault: 'user',
    text: 'it cannot be opened: it is a folder, or this user may not open it. Choose another state folder.',
  },
  26: { code: 'STATE_CORRUPT', fault: 'user', text: 'it is no state file of levin. Move it away, or choose another state folder.' },
};

/** Turns an error of SQLite, or of making its folder, into ours; gives any other back as it is. */
export function sqliteError(error: unknown, file: string): unknown {
  if (error instanceof LevinError || !(error instanceof Error)) return error;
  if (isBusy(error)) return storeBusy(file, error);
  const result = resultCode(error);
  const known = result === undefined ? undefined : EXPLANATIONS[result];
  return new LevinError({
    code: known?.code ?? 'STORE_FAILED',
    fault: known?.fault ?? 'transient',
    message: `Cannot use the state file ${file}: ${known?.text ?? `${error.message}. Check the disk, then run again.`}`,
    details: { file, ...(result === undefined ? {} : { sqlite: result }) },
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

function storeBusy(file: string, cause: unknown): LevinError {
  return new LevinError({
    code: 'STORE_BUSY',
    fault: 'transient',
    message: `The state file ${file} stayed locked by another process for too long. End that process, or run again later.`,
    details: { file, effect: 'none' },
    cause,
  });
}

/** Extended codes carry the primary one in their low byte. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
