/**
 * Loaded before a process's own code: kills the process, or stops it, right before or right after the n-th effect of one of its threads. Where, says `DIE_AT_EFFECT`
 * (`deathAt` makes it). An effect is a transaction of the metadata file, or a change of a name on disk, by which objects and files appear and go.
 */
import { writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';
import type { DeathPoint } from './death-at.ts';

const { effect: at, when, thread, folder, signal, countFile }: DeathPoint = JSON.parse(process.env['DIE_AT_EFFECT'] ?? '');
let effects = 0;

function effect<T>(work: () => T): T {
  const dies = ++effects === at;
  const die = (): boolean => process.kill(process.pid, signal);
  if (dies && when === 'before') die();
  const done = work();
  if (!dies) return done;
  if (!(done instanceof Promise)) die();
  return done instanceof Promise ? (done.finally(die) as T) : done;
}

/** The last argument that is a path is the name that changes. */
function counted<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return (...args) => {
    const name = String(args.findLast((arg) => typeof arg === 'string'));
    return folder === null || name.startsWith(`${folder}/`) ? effect(() => call(...args)) : call(...args);
  };
}

if (isMainThread === (thread === 'main')) {
  if (folder === null) {
    const { run } = StatementSync.prototype;
    StatementSync.prototype.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
      return this.sourceSQL.startsWith('COMMIT') ? effect(() => run.apply(this, values)) : run.apply(this, values);
    } as typeof run;
  }
  Object.assign(fs, { rename: counted(fs.rename), link: counted(fs.link), unlink: counted(fs.unlink) });
  syncBuiltinESMExports();
  // The job says so itself.
  process.on('saved' as never, () => {
    if (countFile !== null) writeFileSync(countFile, String(effects));
  });
}
