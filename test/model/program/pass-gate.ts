import { writeFileSync } from 'node:fs';

/** Longer than any kill takes. */
const GIVE_UP_MS = 30_000;

/** The first to come here says who it is and waits to be killed; everybody later goes on. */
export function passGate(file: string): void {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch {
    return;
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, GIVE_UP_MS);
  throw new Error(`nobody killed executor process ${process.pid}`);
}
