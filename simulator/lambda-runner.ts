import { pack, unpack } from 'msgpackr';
import type { DriverRunner } from '../driver/wiring.ts';
import type { RunOptions } from '../engine/ports/task-runner.ts';
import { cancelledFailure, failureWith, taskName } from '../engine/runtime/worker/task-failure.ts';
import type { TaskFailure } from '../engine/types/failure.ts';
import type { TaskOutcome, TaskSpec } from '../engine/types/task.ts';
import { attend, executorLost, failure } from './attend.ts';
import { crashLimit, createEnvironment, type Environment, type TaskSettings, taskOf } from './environment.ts';
import { latencyAt } from './facts.ts';
import type { FunctionTable } from './function-table.ts';
import { createMemoryNeeds } from './memory-needs.ts';
import { createRateLimit, type RateLimit } from './request-rates.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

export interface ComputeOptions {
  readonly world: SimWorld;
  readonly functions: FunctionTable;
  /** Tasks that a driver has in flight. */
  readonly workers: number;
  /** Ascending: a function of each. Executors of a cluster have the smallest. */
  readonly memorySizesMb: readonly number[];
  readonly settings?: TaskSettings | undefined;
  /** Each attempt as it is delivered, and its memory. */
  readonly onInvoke: (spec: TaskSpec, driver: string, memorySizeMb: number) => void;
  /** What runs attempts; default: the real thing, whose computing takes the time that the cost model says. */
  readonly environmentOf?: typeof createEnvironment;
}

/** Where tasks run: it outlives the drivers. */
export interface Compute {
  /** As one driver uses it. */
  runnerOf(driver: SimProcess): DriverRunner;
}

const SLOW_NODE = 10;
const DUPLICATE_MS = 30_000;
const RAMP_MS = 10_000;

/** A function of one size, and its environments. */
interface SizedFunction {
  readonly memorySizeMb: number;
  readonly warm: Environment[];
  readonly starts: RateLimit;
}

/**
 * Functions of which many environments may run, one for each size of memory, invoked and waited for: cold starts, the ramp of environments, refusals,
 * the limits of time and memory; and what goes wrong between driver and function.
 */
export function createLambda(options: ComputeOptions): Compute {
  const { world, functions, workers, memorySizesMb } = options;
  const { clock, facts, plan } = world;
  const next = world.random('lambda').next;
  const runsOut = createMemoryNeeds(world, memorySizesMb);
  const sized = memorySizesMb.map((memorySizeMb): SizedFunction => {
    return { memorySizeMb, warm: [], starts: createRateLimit(facts.environmentsPer10s, RAMP_MS) };
  });
  let environments = 0;
  let started = 0;

  const open = async ({ memorySizeMb, warm, starts }: SizedFunction): Promise<Environment | null> => {
    for (let env = warm.pop(); env !== undefined; env = warm.pop()) if (env.process.alive) return env;
    if (environments >= facts.accountConcurrency || !starts.take(clock.monotonic())) return null;
    environments++;
    const process = world.process(`env-${started++}`);
    process.onDeath(() => environments--);
    const slow = plan.strikes('slowNode', process.name) ? SLOW_NODE : 1;
    await clock.sleep(latencyAt(facts.coldStartMs, next()));
    const speed = Math.min(1, memorySizeMb / facts.mbPerVcpu) / slow;
    const environmentOf = options.environmentOf ?? createEnvironment;
    const { settings } = options;
    return environmentOf({ world, name: process.name, process, functions, memorySizeMb, runsOut, settings, speed });
  };

  const invoke = async (
    spec: TaskSpec,
    driver: SimProcess,
    { signal, onEvent, onLaunch, memorySizeMb }: RunOptions,
  ): Promise<TaskOutcome> => {
    await onLaunch?.();
    // To record it took its time.
    if (signal.aborted) return failure(cancelledFailure(spec));
    const invoked = (memorySizeMb === undefined ? sized[0] : sized.find((each) => each.memorySizeMb === memorySizeMb)) as SizedFunction;
    const payload = pack(spec);
    if (payload.length > facts.payloadBytes) return failure(failureWith('error', 'internal', payloadTooLarge(spec, payload.length)));
    await clock.sleep(latencyAt(facts.invokeMs, next()) / 2);
    if (plan.strikes('throttle', `invoke ${taskOf(spec)}`)) return failure(throttled(spec));
    const env = await open(invoked);
    if (env === null) return failure(throttled(spec));
    options.onInvoke(spec, driver.name, invoked.memorySizeMb);
    world.trace(`${env.process.name} started ${taskOf(spec)} ${spec.attemptId}`);
    driver.call(() => onEvent({ kind: 'started', executorId: env.process.name }));
    const delivered = unpack(payload) as TaskSpec;
    const point = `${taskOf(spec)} ${spec.attemptId}`;
    if (plan.strikes('duplicate', point)) void again(invoked, delivered, DUPLICATE_MS * plan.number(`duplicate ${point}`));
    if (plan.strikes('lostInvocation', point, [crashLimit(taskOf(spec))])) {
      void attendIn(env, delivered, { invoked, signal: new AbortController().signal, maxMs: facts.invocationMs });
      await clock.sleep(DUPLICATE_MS * plan.number(`lost ${point}`));
      return failure(executorLost(spec, 'the connection to it was lost'));
    }
    const outcome = await attendIn(env, delivered, {
      invoked,
      signal,
      maxMs: Math.min(spec.maxMs ?? facts.invocationMs, facts.invocationMs),
    });
    await clock.sleep(latencyAt(facts.invokeMs, next()) / 2);
    return outcome;
  };

  const again = async (invoked: SizedFunction, spec: TaskSpec, afterMs: number): Promise<void> => {
    await clock.sleep(afterMs);
    const env = await open(invoked);
    if (env !== null) await attendIn(env, spec, { invoked, signal: new AbortController().signal, maxMs: facts.invocationMs });
  };

  const attendIn = (
    env: Environment,
    spec: TaskSpec,
    { invoked, ...how }: { readonly invoked: SizedFunction; readonly signal: AbortSignal; readonly maxMs: number },
  ): Promise<TaskOutcome> => attend(spec, { world, env, next, ...how, onFree: () => void invoked.warm.push(env) });

  return {
    runnerOf: (driver) => ({
      capabilities: {
        addressable: false,
        isolated: true,
        concurrency: workers,
        queueDepth: workers,
        maxPayloadBytes: facts.payloadBytes,
        maxTaskMs: facts.invocationMs,
        outlivesDriver: true,
        memorySizesMb,
        mbPerVcpu: facts.mbPerVcpu,
        needsBundle: false,
      },
      run: (spec, runOptions) => driver.live(invoke(spec, driver, runOptions)),
      close: async () => undefined,
      prewarm: () => undefined,
    }),
  };
}

function throttled(spec: TaskSpec): TaskFailure {
  return failureWith('throttled', 'transient', { code: 'THROTTLED', message: `${taskName(spec)} was refused for now (429).` });
}

function payloadTooLarge(spec: TaskSpec, bytes: number): { readonly code: string; readonly message: string } {
  return { code: 'PAYLOAD_TOO_LARGE', message: `The payload of ${taskName(spec)} has ${bytes} bytes.` };
}
