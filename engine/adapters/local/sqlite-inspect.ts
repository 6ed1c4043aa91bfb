import { readdirSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { stateDamaged } from './sqlite-errors.ts';

/** Another process that has just begun to make the file is done within this. */
const MAKING_MS = 1_000;

/** Larger files are not read as a whole before they are used (4.5 MB take 3 ms, 44 MB 130). What is damaged is then found when it is read. */
const READ_WHOLE_BYTES = 8 * 1024 * 1024;

/** Fails with `STATE_CORRUPT` when the file is empty though something lies in the folder that its items tell of: made anew, they would be forgotten. */
export function refuseEmptied(file: string, dataFolder: string): void {
  const deadline = performance.now() + MAKING_MS;
  while (sizeOf(file) === 0 && hasEntries(dataFolder)) {
    if (performance.now() > deadline) throw stateDamaged(file, `it is empty, and ${dataFolder} holds applications`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** Fails with `STATE_CORRUPT`, or as SQLite does, when the file is not in order; changes nothing. */
export function refuseDamaged(database: DatabaseSync, file: string): void {
  if ((sizeOf(file) ?? 0) > READ_WHOLE_BYTES) return;
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw stateDamaged(file, String(found).replace(/^\*+ in database main \*+\s*/, ''));
}

function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
