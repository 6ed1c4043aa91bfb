import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import type { Election } from '../../runtime/election.ts';
import { createBroadcastCache } from '../../runtime/supervisor/broadcast-cache.ts';
import { machineMemory, planMemory } from '../../runtime/supervisor/memory-plan.ts';
import { createSupervisor } from '../../runtime/supervisor/supervisor.ts';
import { createWorkerThreadSpawner } from '../../runtime/supervisor/worker-thread.ts';
import { removeLocalFolder } from './local-folder.ts';
import { removeThreadScratch } from './thread-scratch.ts';

/**
 * A worker that pings back for each task does a tenth of the tasks a second of one that always has the next at hand. And what is in flight
 * at once shares messages and transactions: with 4 ahead 10,000 empty tasks take a quarter more processor time.
 */
const AHEAD = 16;

export interface WorkerThreadsRunnerOptions {
  /** Tasks that run at once, each in a thread of its own. */
  readonly threads: number;
  /** The threads' entry module: `functions/worker-thread`. */
  readonly entry: URL;
  /** What the entry wires itself with; structured-cloned into its `workerData`. */
  readonly workerData: object;
  /** Where the entry keeps what attempts spill; removed with the runner. */
  readonly scratchRoot?: string;
  readonly election: Election;
  /** Where broadcasts are read from. */
  readonly objects: ObjectStore;
  /** Of broadcasts that are kept; default: what suits the memory. */
  readonly broadcastBytes?: number | null;
  readonly clock: Clock;
  readonly onWarning: (message: string) => void;
  /** Limit of the whole process; null is the machine's. */
  readonly memoryMb?: number | null;
  /** User modules come from bundles, not from disk: a job that was built ahead of time. Default false. */
  readonly needsBundle?: boolean;
  /** Environment of user code; absent is this process's. */
  readonly env?: NodeJS.Dict<string>;
}

export interface WorkerThreadsRunner extends TaskRunner {
  /** Starts up to `count` threads now instead of with the first tasks. */
  prewarm(count: number): void;
  /** Terminates the worker thread that runs the attempt. False: none runs it. */
  kill(attemptId: string): boolean;
}

/** Runs user code in worker threads of this process, supervised from its main thread (`--on local[n]`). User modules come from disk. */
export function createWorkerThreadsRunner(options: WorkerThreadsRunnerOptions): WorkerThreadsRunner {
  const { threads, memoryMb = null } = options;
  const memory = memoryMb === null ? machineMemory(threads) : planMemory(memoryMb, threads);
  const { scratchRoot } = options;
  const scratch = scratchRoot === undefined ? null : ownFolder(scratchRoot, options.onWarning);
  const supervisor = createSupervisor({
    executorId: 'driver',
    memoryRemedy: 'use more partitions, run fewer threads (--on local[n]), or use executors of their own (--on local-cluster[n,cores,mb])',
    threads,
    ahead: AHEAD,
    spawn: createWorkerThreadSpawner({
      entry: options.entry,
      data: options.workerData,
      ...(scratchRoot === undefined ? {} : { onExit: (threadId: number) => void removeThreadScratch(scratchRoot, threadId) }),
      ...(memory.resourceLimits === null ? {} : { resourceLimits: memory.resourceLimits }),
      ...(options.env === undefined ? {} : { env: options.env }),
    }),
    election: options.election,
    clock: options.clock,
    broadcasts: createBroadcastCache({
      objects: async () => options.objects,
      maxBytes: options.broadcastBytes ?? memory.broadcastBytes,
    }),
    memoryLimitBytes: memory.limitBytes,
    residentBytes: () => process.memoryUsage.rss(),
    onWarning: options.onWarning,
  });
  return {
    capabilities: {
      addressable: false,
      isolated: true,
      concurrency: threads,
      queueDepth: threads * (1 + AHEAD),
      maxPayloadBytes: 64 * 1024 * 1024,
      maxTaskMs: null,
      memorySizesMb: memoryMb === null ? [] : [memoryMb],
      needsBundle: options.needsBundle ?? false,
      keepsBlocks: true,
    },
    run: (task, runOptions) => supervisor.run(task, runOptions),
    dropBlocks: (rdds, forGood) => supervisor.dropBlocks(rdds, forGood),
    prewarm: (count) => supervisor.prewarm(count),
    kill: (attemptId) => supervisor.kill(attemptId),
    forgetBroadcast: (appId, hash) => supervisor.forgetBroadcast(appId, hash),
    async close() {
      await supervisor.close();
      scratch?.remove();
    },
  };
}

/** Removed when asked, or else when the process ends. */
function ownFolder(folder: string, onWarning: (message: string) => void): { remove(): void } {
  const remove = (): void => {
    process.off('exit', remove);
    removeLocalFolder(folder, onWarning);
  };
  process.on('exit', remove);
  return { remove };
}
