/**
 * Loaded before a process's own code (`--import`): kills the process by SIGKILL at its n-th change of a name in a folder (rename, link, unlink), before it
 * or after it. `LEVIN_TEST_KILL`: JSON of a `KillPoint`.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { KillPoint } from './killed-outputs.ts';

const { folder, thread, effect, when } = JSON.parse(process.env['LEVIN_TEST_KILL'] ?? '') as KillPoint;
let effects = 0;

/** The last argument of these calls that is a path is the name that changes. */
function counted<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    const name = String(args.findLast((arg) => typeof arg === 'string'));
    const mine = name.startsWith(`${folder}/`) && ++effects === effect;
    if (mine && when === 'before') process.kill(process.pid, 'SIGKILL');
    const result = await call(...args);
    if (mine) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}

if (isMainThread === (thread === 'main')) {
  Object.assign(fs, { rename: counted(fs.rename), link: counted(fs.link), unlink: counted(fs.unlink) });
  syncBuiltinESMExports();
}
