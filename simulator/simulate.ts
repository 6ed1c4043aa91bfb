import type { ConfigInput } from '../driver/config/config-input.ts';
import { readEventLog } from '../driver/events/event-log.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import type { AppEvent } from '../engine/types/app-event.ts';
import type { TaskSpec } from '../engine/types/task.ts';
import { createCluster } from './cluster-runner.ts';
import { createDrivers, type SimJob, type SimOutcome } from './drivers.ts';
import { createFunctionTable } from './function-table.ts';
import { createLambda } from './lambda-runner.ts';
import { createWorld, type SimWorld, type WorldOptions } from './sim-world.ts';

export interface SimulateOptions extends WorldOptions {
  readonly config?: ConfigInput;
  /** What runs tasks: invocations of a function, or executors that live on and can be chosen. Default `lambda`. */
  readonly compute?: 'lambda' | 'cluster';
  /** Tasks at once. Default 8. */
  readonly workers?: number;
  /** Memory of a function. Default 1,769: one vCPU. */
  readonly memoryMb?: number;
  /** Each invocation as it is delivered, and the driver that made it. */
  readonly onInvoke?: (spec: TaskSpec, driver: string) => void;
  /** Puts input into the world before the first driver starts. */
  readonly prepare?: (world: SimWorld) => Promise<void>;
}

export interface SimResult<R> {
  readonly outcome: SimOutcome<R>;
  /** Virtual time until the job ended. */
  readonly elapsedMs: number;
  readonly drivers: number;
  /** Reads the event log, as far as its drivers wrote it. */
  readonly events: () => Promise<readonly AppEvent[]>;
  /** Faults that struck, in order, by name. */
  readonly faults: readonly string[];
  readonly world: SimWorld;
}

const MB = 1024 * 1024;

/**
 * Runs a job on simulated services in virtual time, on this thread: driver, scheduler, tasks, shuffle and commits are the real ones.
 * The same seed gives the same history, event by event.
 */
export async function simulate<R>(job: SimJob<R>, options: SimulateOptions): Promise<SimResult<R>> {
  const { workers = 8, memoryMb = 1769 } = options;
  const world = createWorld(options);
  const functions = createFunctionTable();
  const appId = `app-${world.random('application').uuid()}`;
  const executionBytes = (memoryMb * MB) / 4;
  const memory = {
    executionBytes,
    groupBytes: executionBytes,
    readAheadBytes: executionBytes / 8,
    heapLimitBytes: Number.POSITIVE_INFINITY,
    residentLimitBytes: Number.POSITIVE_INFINITY,
  };
  const computeOptions = { world, functions, workers, memoryMb, memory, onInvoke: options.onInvoke ?? (() => undefined) };
  const compute = options.compute === 'cluster' ? createCluster(computeOptions) : createLambda(computeOptions);
  await world.quiet();
  await options.prepare?.(world);
  const drivers = createDrivers(job, { world, functions, compute, appId, config: options.config ?? {} });
  const outcome = await world.until(drivers.run(), () => neverEnds(world));
  return {
    outcome,
    elapsedMs: world.clock.monotonic(),
    drivers: drivers.started(),
    events: () => readEventLog(world.objects, appId),
    faults: world.plan.fired,
    world,
  };
}

function neverEnds({ clock }: SimWorld): LevinError {
  return new LevinError({
    code: 'NEVER_ENDS',
    fault: 'internal',
    message: `The simulated job has not ended after ${Math.round(clock.monotonic() / 1000)} s of virtual time, in which ${clock.sleeping()} things are still to happen.`,
  });
}
