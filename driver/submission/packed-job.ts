import { hash } from 'node:crypto';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { AppStart } from '../journal/journal-entry.ts';

/** A job that was bundled ahead of time, with what it was started with: all that a driver far away needs. */
export interface PackedJob {
  readonly name: string | null;
  readonly start: AppStart;
  /** File names and their text; `driver.mjs` exports `load`, which imports the job file. */
  readonly files: Readonly<Record<string, string>>;
}

export const DRIVER_FILE = 'driver.mjs';

export interface EncodedJob {
  readonly bytes: Uint8Array;
  /** SHA-256, hex. */
  readonly hash: string;
}

export function encodeJob(job: PackedJob): EncodedJob {
  const bytes = new TextEncoder().encode(JSON.stringify(job));
  return { bytes, hash: hash('sha256', bytes, 'hex') };
}

/** Fails with `CORRUPT_DATA` where it is not what was packed: nothing is run then. */
export function decodeJob(bytes: Uint8Array, wanted: string): PackedJob {
  const found = hash('sha256', bytes, 'hex');
  if (found === wanted) return JSON.parse(new TextDecoder().decode(bytes)) as PackedJob;
  const message = `The packed job has the SHA-256 ${found}, not ${wanted}, so it is not run. Submit it again.`;
  throw new LevinError({ code: 'CORRUPT_DATA', fault: 'internal', message });
}
