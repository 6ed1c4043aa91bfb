import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Election } from '../election.ts';
import { createBroadcastCache } from './broadcast-cache.ts';
import type { ExecutorSetup } from './executor-protocol.ts';
import { planMemory } from './memory-plan.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { createWorkerThreadSpawner } from './worker-thread.ts';

/** Tasks queued in each worker; the driver keeps more ahead for the executor as a whole. */
const AHEAD = 4;

export interface ExecutorSupervisorOptions {
  readonly setup: ExecutorSetup;
  /** The worker threads' entry module: `functions/worker-thread`. */
  readonly workerEntry: URL;
  readonly workerData: object;
  readonly election: Election;
  readonly clock: Clock;
  /** Where broadcasts are read from. */
  readonly objects: () => Promise<ObjectStore>;
  /** Of broadcasts that are kept; null: what suits the memory. */
  readonly broadcastBytes: number | null;
  readonly onWarning: (message: string) => void;
  readonly onWorkerExit?: (threadId: number) => void;
}

/** The supervisor of an executor process: as many workers as cores, within the memory of the setup. */
export function createExecutorSupervisor(options: ExecutorSupervisorOptions): Supervisor {
  const { setup, election, clock, onWarning, onWorkerExit } = options;
  const memory = planMemory(setup.memoryMb, setup.cores);
  return createSupervisor({
    executorId: setup.executorId,
    memoryRemedy: setup.memoryRemedy,
    threads: setup.cores,
    ahead: AHEAD,
    spawn: createWorkerThreadSpawner({
      entry: options.workerEntry,
      data: options.workerData,
      resourceLimits: memory.resourceLimits,
      ...(onWorkerExit === undefined ? {} : { onExit: onWorkerExit }),
    }),
    election,
    clock,
    broadcasts: createBroadcastCache({ objects: options.objects, maxBytes: options.broadcastBytes ?? memory.broadcastBytes }),
    memoryLimitBytes: memory.limitBytes,
    residentBytes: () => process.memoryUsage.rss(),
    onWarning,
  });
}
