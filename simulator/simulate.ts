import type { ConfigInput } from '../driver/config/config-input.ts';
import { readEventLog } from '../driver/events/event-log.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import type { AppEvent } from '../engine/types/app-event.ts';
import type { TaskSpec } from '../engine/types/task.ts';
import { createCluster } from './cluster-runner.ts';
import { createDrivers, type DriverEnd, type SimJob, type SimOutcome } from './drivers.ts';
import type { TaskSettings } from './environment.ts';
import { checkMemorySizes } from './function-memory.ts';
import { createFunctionTable } from './function-table.ts';
import { createLambda } from './lambda-runner.ts';
import { createWorld, type SimWorld, type WorldOptions } from './sim-world.ts';
import type { OnAttempt } from './watch-attempts.ts';

export interface SimulateOptions extends WorldOptions {
  readonly config?: ConfigInput;
  /** What runs tasks: invocations of a function, or executors that live on and can be chosen. Default `lambda`. */
  readonly compute?: 'lambda' | 'cluster';
  /** Tasks at once. Default 8. */
  readonly workers?: number;
  /** Memory of functions, in MB, ascending: tasks that need more than one size get the next. Executors have the first. Default 1,769 alone: one vCPU. */
  readonly memorySizesMb?: readonly number[];
  readonly settings?: TaskSettings;
  /** Each attempt as its driver sees it. */
  readonly onAttempt?: OnAttempt;
  /** Each invocation as it is delivered, the driver that made it, and the function's memory. */
  readonly onInvoke?: (spec: TaskSpec, driver: string, memorySizeMb: number) => void;
  /** Puts input into the world before the first driver starts. */
  readonly prepare?: (world: SimWorld) => Promise<void>;
}

export interface SimResult<R> {
  readonly appId: string;
  readonly outcome: SimOutcome<R>;
  /** Virtual time until the job ended. */
  readonly elapsedMs: number;
  readonly drivers: number;
  /** How drivers ended that did not die, in order. */
  readonly ends: readonly DriverEnd[];
  /** Reads the event log, as far as its drivers wrote it. */
  readonly events: () => Promise<readonly AppEvent[]>;
  /** Faults that struck, in order, by name. */
  readonly faults: readonly string[];
  readonly world: SimWorld;
}

/**
 * Runs a job on simulated services in virtual time, on this thread: driver, scheduler, tasks, shuffle and commits are the real ones.
 * The same seed gives the same history, event by event.
 */
export async function simulate<R>(job: SimJob<R>, options: SimulateOptions): Promise<SimResult<R>> {
  const { workers = 8, memorySizesMb = [1769] } = options;
  const world = createWorld(options);
  checkMemorySizes(memorySizesMb, world.facts);
  const functions = createFunctionTable();
  const appId = `app-${world.random('application').uuid()}`;
  const { settings } = options;
  const computeOptions = { world, functions, workers, memorySizesMb, settings, onInvoke: options.onInvoke ?? (() => undefined) };
  const compute = options.compute === 'cluster' ? createCluster(computeOptions) : createLambda(computeOptions);
  await world.quiet();
  await options.prepare?.(world);
  const drivers = createDrivers(job, { world, functions, compute, appId, config: options.config ?? {}, onAttempt: options.onAttempt });
  const outcome = await world.until(drivers.run(), () => neverEnds(world));
  return {
    appId,
    outcome,
    elapsedMs: world.clock.monotonic(),
    drivers: drivers.started(),
    ends: drivers.ends,
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
