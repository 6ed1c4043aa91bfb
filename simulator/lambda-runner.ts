import { pack, unpack } from 'msgpackr';
import type { LocalRunner } from '../driver/wiring.ts';
import type { RunOptions } from '../engine/ports/task-runner.ts';
import { cancelledFailure, failureWith, taskName } from '../engine/runtime/worker/task-failure.ts';
import type { TaskFailure } from '../engine/types/failure.ts';
import type { TaskOutcome, TaskSpec } from '../engine/types/task.ts';
import type { TaskMemory } from '../engine/types/task-memory.ts';
import { crashLimit, createEnvironment, type Environment, taskOf } from './environment.ts';
import { latencyAt } from './facts.ts';
import type { FunctionTable } from './function-table.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

export interface LambdaOptions {
  readonly world: SimWorld;
  readonly functions: FunctionTable;
  /** Invocations that a driver has in flight. */
  readonly workers: number;
  readonly memoryMb: number;
  readonly memory: TaskMemory;
  /** Each invocation as it is delivered. */
  readonly onInvoke: (spec: TaskSpec, driver: string) => void;
}

/** A function of which many environments may run: it outlives the drivers that invoke it. */
export interface Lambda {
  /** The function as one driver calls it. */
  runnerOf(driver: SimProcess): LocalRunner;
}

const SLOW_NODE = 10;
/** The runner's promise about stopping. */
const STOP_MS = 1_000;
const DUPLICATE_MS = 30_000;
const RAMP_MS = 10_000;

/** Synchronous invocations: cold starts, the ramp of environments, refusals, the limit of time; and what goes wrong between driver and function. */
export function createLambda(options: LambdaOptions): Lambda {
  const { world, functions, workers, memory } = options;
  const { clock, facts, plan } = world;
  const next = world.random('lambda').next;
  const speed = options.memoryMb / facts.mbPerVcpu;
  const warm: Environment[] = [];
  let environments = 0;
  let started = 0;
  const starts = createRamp(facts.environmentsPer10s);

  const open = async (): Promise<Environment | null> => {
    for (let env = warm.pop(); env !== undefined; env = warm.pop()) if (env.process.alive) return env;
    if (environments >= facts.accountConcurrency || !starts.take(clock.monotonic())) return null;
    environments++;
    const process = world.process(`env-${started++}`);
    void process.died.then(() => environments--);
    const slow = plan.strikes('slowNode', process.name) ? SLOW_NODE : 1;
    await clock.sleep(latencyAt(facts.coldStartMs, next()));
    return createEnvironment({ world, process, functions, memory, speed: Math.min(1, speed) / slow });
  };

  const invoke = async (spec: TaskSpec, driver: SimProcess, { signal, onEvent }: RunOptions): Promise<TaskOutcome> => {
    const payload = pack(spec);
    if (payload.length > facts.payloadBytes) return failure(failureWith('error', 'internal', payloadTooLarge(spec, payload.length)));
    await clock.sleep(latencyAt(facts.invokeMs, next()) / 2);
    if (plan.strikes('throttle', `invoke ${taskOf(spec)}`)) return failure(throttled(spec));
    const env = await open();
    if (env === null) return failure(throttled(spec));
    options.onInvoke(spec, driver.name);
    world.trace(`${env.process.name} started ${taskOf(spec)} ${spec.attemptId}`);
    driver.call(() => onEvent({ kind: 'started', executorId: env.process.name }));
    const delivered = unpack(payload) as TaskSpec;
    const point = `${taskOf(spec)} ${spec.attemptId}`;
    if (plan.strikes('duplicate', point)) void again(delivered, DUPLICATE_MS * plan.number(`duplicate ${point}`));
    if (plan.strikes('lostInvocation', point, [crashLimit(taskOf(spec))])) {
      void attend(env, delivered, { signal: new AbortController().signal, maxMs: facts.invocationMs });
      await clock.sleep(DUPLICATE_MS * plan.number(`lost ${point}`));
      return failure(lost(spec, 'the connection to it was lost'));
    }
    const outcome = await attend(env, delivered, { signal, maxMs: Math.min(spec.maxMs ?? facts.invocationMs, facts.invocationMs) });
    await clock.sleep(latencyAt(facts.invokeMs, next()) / 2);
    return outcome;
  };

  const again = async (spec: TaskSpec, afterMs: number): Promise<void> => {
    await clock.sleep(afterMs);
    const env = await open();
    if (env !== null) await attend(env, spec, { signal: new AbortController().signal, maxMs: facts.invocationMs });
  };

  /** One invocation in an environment, until it answers, dies, is stopped or has run for too long. */
  const attend = async (
    env: Environment,
    spec: TaskSpec,
    { signal, maxMs }: { readonly signal: AbortSignal; readonly maxMs: number },
  ): Promise<TaskOutcome> => {
    const { promise, resolve } = Promise.withResolvers<TaskOutcome>();
    const over = new AbortController();
    const stopped = (): void => {
      const deaf = plan.strikes('deafExecutor', `${taskOf(spec)} ${spec.attemptId}`);
      void clock.sleep(STOP_MS * next()).then(() => {
        if (!deaf && !over.signal.aborted) env.process.kill();
        resolve(failure(cancelledFailure(spec)));
      });
    };
    if (signal.aborted) stopped();
    else signal.addEventListener('abort', stopped, { once: true });
    void env.process.died.then(() => resolve(failure(lost(spec, 'it ended without an answer'))));
    clock.sleep(maxMs, { signal: over.signal }).then(
      () => {
        env.process.kill();
        resolve(failure(timedOut(spec, maxMs)));
      },
      () => undefined,
    );
    void env.run(spec, new AbortController().signal).then((outcome) => {
      over.abort();
      if (env.process.alive) warm.push(env);
      resolve(outcome);
    });
    const outcome = await promise;
    signal.removeEventListener('abort', stopped);
    return outcome;
  };

  return {
    runnerOf: (driver) => ({
      capabilities: {
        addressable: false,
        isolated: true,
        concurrency: workers,
        queueDepth: workers,
        maxPayloadBytes: facts.payloadBytes,
        maxTaskMs: facts.invocationMs,
        memoryBytes: options.memoryMb * 1024 * 1024,
        needsBundle: false,
      },
      run: (spec, runOptions) => driver.live(invoke(spec, driver, runOptions)),
      close: async () => undefined,
      prewarm: () => undefined,
    }),
  };
}

/** So many starts in ten seconds. */
function createRamp(most: number): { take(nowMs: number): boolean } {
  let tokens = most;
  let lastMs = 0;
  return {
    take(nowMs) {
      tokens = Math.min(most, tokens + ((nowMs - lastMs) * most) / RAMP_MS);
      lastMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

function failure(of: TaskFailure): TaskOutcome {
  return { kind: 'failure', failure: of };
}

function throttled(spec: TaskSpec): TaskFailure {
  return failureWith('throttled', 'transient', { code: 'THROTTLED', message: `${taskName(spec)} was refused for now (429).` });
}

function lost(spec: TaskSpec, why: string): TaskFailure {
  return failureWith('executor-lost', 'transient', {
    code: 'EXECUTOR_LOST',
    message: `The executor of ${taskName(spec)} is gone: ${why}.`,
  });
}

function timedOut(spec: TaskSpec, maxMs: number): TaskFailure {
  const message = `${taskName(spec)} was stopped after ${maxMs} ms.`;
  return { ...failureWith('timeout', 'resource', { code: 'TASK_TIMEOUT', message }), cpuBound: false };
}

function payloadTooLarge(spec: TaskSpec, bytes: number): { readonly code: string; readonly message: string } {
  return { code: 'PAYLOAD_TOO_LARGE', message: `The payload of ${taskName(spec)} has ${bytes} bytes.` };
}
