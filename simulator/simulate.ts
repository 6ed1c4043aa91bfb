import type { Context } from '../driver/api/context.ts';
import type { ConfigInput } from '../driver/config/config-input.ts';
import { readEventLog } from '../driver/events/event-log.ts';
import { errorCode } from '../engine/errors/levin-error.ts';
import type { AppEvent } from '../engine/types/app-event.ts';
import type { TaskSpec } from '../engine/types/task.ts';
import type { CostModel, Facts } from './facts.ts';
import type { FaultRates } from './fault-plan.ts';
import { createFunctionTable } from './function-table.ts';
import { createLambda } from './lambda-runner.ts';
import { openSimDriver } from './sim-driver.ts';
import { createWorld, type Effect, type SimWorld } from './sim-world.ts';

/** A job as a program: it is run again by each driver, and gives its answer. */
export type SimJob<R> = (lv: Context) => Promise<R>;

export interface SimulateOptions {
  readonly seed: string;
  /** What may go wrong, and how often; default: nothing. */
  readonly rates?: FaultRates;
  /** Only these faults, by name, of those that seed and rates would give. */
  readonly only?: ReadonlySet<string>;
  readonly config?: ConfigInput;
  /** Invocations at once. Default 8. */
  readonly workers?: number;
  /** Memory of a function. Default 1,769: one vCPU. */
  readonly memoryMb?: number;
  readonly facts?: Facts;
  readonly costs?: CostModel;
  /** Fails with `REAL_HANDLE` when something waits for the real world: only where this process does nothing else. */
  readonly strict?: boolean;
  /** Told of every effect and every fault, in order, with its time. */
  readonly onTrace?: (line: string) => void;
  /** Looks at the world after an effect, before anything else happens; what it throws ends the simulation. */
  readonly onEffect?: (effect: Effect, world: SimWorld) => Promise<void> | undefined;
  /** Each invocation as it is delivered, and the driver that made it. */
  readonly onInvoke?: (spec: TaskSpec, driver: string) => void;
  /** Puts input into the world before the first driver starts. */
  readonly prepare?: (world: SimWorld) => Promise<void>;
}

export interface SimResult<R> {
  readonly outcome: { readonly kind: 'answer'; readonly answer: R } | { readonly kind: 'error'; readonly error: unknown };
  /** Virtual time until the job ended. */
  readonly elapsedMs: number;
  readonly drivers: number;
  readonly events: readonly AppEvent[];
  /** Faults that struck, in order, by name. */
  readonly faults: readonly string[];
  readonly world: SimWorld;
}

/** Drivers that may die in one history; the last one does not. */
const MAX_DRIVER_CRASHES = 3;
/** Until somebody notices that a driver is gone and starts the next one. */
const RESTART_MS = 20_000;
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
  const memory = { executionBytes, readAheadBytes: executionBytes / 8, residentLimitBytes: Number.POSITIVE_INFINITY };
  const lambda = createLambda({ world, functions, workers, memoryMb, memory, onInvoke: options.onInvoke ?? (() => undefined) });
  const crashLimits = [{ scope: 'driver crashes', most: MAX_DRIVER_CRASHES }];
  await world.quiet();
  await options.prepare?.(world);
  let drivers = 0;
  let answered: { readonly kind: 'answer'; readonly answer: R } | null = null;

  /** One driver after the other, until one has the answer. */
  const drive = async (): Promise<SimResult<R>['outcome']> => {
    for (;;) {
      const process = world.process(`driver-${++drivers}`);
      const life = process.died.then(() => 'died' as const);
      const resumed = (await world.metadata.query(`app#${appId}`, '')).items.length > 0;
      const runner = lambda.runnerOf(process);
      const opened = openSimDriver({
        world,
        process,
        appId,
        resumed,
        config: options.config ?? {},
        functions,
        runner,
        crashLimits: () => crashLimits,
      });
      const run = opened.then(job).then(async (answer) => {
        answered = { kind: 'answer', answer };
        await (await opened).stop();
        return answered;
      });
      const ended = await Promise.race([life, run.catch((error: unknown) => ({ kind: 'error', error }) as const)]);
      if (ended === 'died') await world.clock.sleep(RESTART_MS * world.plan.number(`restart ${drivers}`));
      // It died when all was done but for saying so.
      else if (ended.kind === 'error' && errorCode(ended.error) === 'APP_FINISHED' && answered !== null) return answered;
      else if (ended.kind === 'answer' || errorCode(ended.error) !== 'LEASE_LOST') return ended;
    }
  };
  const outcome = await world.until(drive(), () => new Error('nothing can happen any more, and the job has not ended'));
  return {
    outcome,
    elapsedMs: world.clock.monotonic(),
    drivers,
    events: await readEventLog(world.objects, appId),
    faults: world.plan.fired,
    world,
  };
}
