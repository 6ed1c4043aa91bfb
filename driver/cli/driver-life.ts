import { writeSync } from 'node:fs';
import { errorCode } from '../../engine/errors/levin-error.ts';
import type { DriverLife } from '../chaos/driver-life.ts';
import { parseChaos } from '../chaos/parse-chaos.ts';
import { givenMaster } from './given-master.ts';
import type { RunArguments } from './run-arguments.ts';

/** Set by the watcher for the driver that it starts: the life's number, and the faults of those before. */
export const LIFE_VARIABLE = 'LEVIN_DRIVER_LIFE';

/** Where a watched driver writes what its watcher has to know, a JSON line each. */
export const WATCHER_FD = 3;

/** What a watched driver says. */
export type LifeMessage = { readonly app: string } | { readonly fault: string };

/** This process as a driver that somebody watches; null: nobody does. Executors do not inherit the variable. */
export function takeDriverLife(): DriverLife | null {
  const text = process.env[LIFE_VARIABLE];
  if (text === undefined) return null;
  delete process.env[LIFE_VARIABLE];
  const { number, earlier } = JSON.parse(text) as Pick<DriverLife, 'number' | 'earlier'>;
  let watched = true;
  const say = (message: LifeMessage): void => {
    try {
      writeSync(WATCHER_FD, `${JSON.stringify(message)}\n`);
    } catch (error) {
      // The watcher itself was killed: there is nobody to be told, and nobody to start the next driver.
      if (errorCode(error) !== 'EPIPE') throw error;
      watched = false;
    }
  };
  return {
    number,
    earlier,
    opened: (app) => say({ app }),
    report: (fault) => say({ fault }),
    die() {
      if (watched) process.kill(process.pid, 'SIGKILL');
    },
  };
}

/** Settings that the command line gives, before the job's own are known. */
export interface DeadlyChaos {
  readonly chaos: string;
  readonly master: string;
}

/** Whether the driver is to be killed: then it needs a process that starts it again. */
export function deadlyChaos({ flags }: Pick<RunArguments, 'flags'>, env: NodeJS.ProcessEnv): DeadlyChaos | null {
  const chaos = flags['chaos'] ?? env['LEVIN_CHAOS'];
  const master = givenMaster(flags, env) ?? 'local[*]';
  if (chaos === undefined || chaos === '') return null;
  return parseChaos(chaos, master).rates.driver > 0 ? { chaos, master } : null;
}
