/**
 * Loaded before a driver: kills its process (or stops it: `DIE_BY`) right before or right after the n-th effect of its main thread. An effect is a transaction of
 * the metadata file, or a change of a name on disk, by which objects and files appear and go.
 */

import { writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

const { DIE_AT, DIE_WHEN, DIE_BY = 'SIGKILL', EFFECTS_FILE } = process.env;
let effects = 0;

function effect<T>(work: () => T): T {
  const dies = ++effects === Number(DIE_AT);
  if (dies && DIE_WHEN === 'before') process.kill(process.pid, DIE_BY);
  const done = work();
  if (!dies) return done;
  const die = (): boolean => process.kill(process.pid, DIE_BY);
  if (!(done instanceof Promise)) die();
  return done instanceof Promise ? (done.finally(die) as T) : done;
}

if (isMainThread) {
  const { run } = StatementSync.prototype;
  StatementSync.prototype.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
    return this.sourceSQL.startsWith('COMMIT') ? effect(() => run.apply(this, values)) : run.apply(this, values);
  } as typeof run;
  const { rename, link, unlink } = fs;
  Object.assign(fs, {
    rename: (...args: Parameters<typeof rename>) => effect(() => rename(...args)),
    link: (...args: Parameters<typeof link>) => effect(() => link(...args)),
    unlink: (...args: Parameters<typeof unlink>) => effect(() => unlink(...args)),
  });
  syncBuiltinESMExports();
  // The job says so itself.
  process.on('saved' as never, () => {
    if (EFFECTS_FILE !== undefined) writeFileSync(EFFECTS_FILE, String(effects));
  });
}
