import { cancelledFailure, failureWith, taskName } from '../engine/runtime/worker/task-failure.ts';
import type { TaskFailure } from '../engine/types/failure.ts';
import type { TaskOutcome, TaskSpec } from '../engine/types/task.ts';
import { type Environment, taskOf } from './environment.ts';
import type { SimWorld } from './sim-world.ts';

export interface Attendance {
  readonly world: SimWorld;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly maxMs: number;
  /** A number in [0, 1). */
  readonly next: () => number;
  /** Ends what runs in the environment; default: the environment itself. */
  readonly stop?: () => void;
  /** The environment has nothing to do any more, and lives. */
  readonly onFree: () => void;
}

/** The runner's promise about stopping is two seconds. */
const STOP_MS = 1_000;

/** One attempt in an environment, until it answers, dies, is stopped or has run for too long. Whoever waits learns of its end as a supervisor tells it. */
export async function attend(spec: TaskSpec, attendance: Attendance): Promise<TaskOutcome> {
  const { world, env, signal, maxMs, next } = attendance;
  const stop = attendance.stop ?? env.process.kill;
  const { promise, resolve } = Promise.withResolvers<TaskOutcome>();
  const over = new AbortController();
  const stopped = (): void => {
    const deaf = world.plan.strikes('deafExecutor', `${taskOf(spec)} ${spec.attemptId}`);
    void world.clock.sleep(STOP_MS * next()).then(() => {
      resolve(failure(cancelledFailure(spec)));
      if (!deaf && !over.signal.aborted) stop();
    });
  };
  if (signal.aborted) stopped();
  else signal.addEventListener('abort', stopped, { once: true });
  const forget = env.process.onDeath(() => {
    over.abort();
    resolve(failure(executorLost(spec, 'it ended without an answer')));
  });
  world.clock.sleep(maxMs, { signal: over.signal }).then(
    () => {
      resolve(failure(timedOut(spec, maxMs, env.computes?.() ?? false)));
      stop();
    },
    () => undefined,
  );
  void env.run(spec, new AbortController().signal).then((outcome) => {
    over.abort();
    forget();
    if (outcome.kind === 'failure' && outcome.failure.kind === 'out-of-memory') stop();
    else if (env.process.alive) attendance.onFree();
    resolve(outcome);
  });
  const outcome = await promise;
  signal.removeEventListener('abort', stopped);
  return outcome;
}

export function failure(of: TaskFailure): TaskOutcome {
  return { kind: 'failure', failure: of };
}

export function executorLost(spec: TaskSpec, why: string): TaskFailure {
  return failureWith('executor-lost', 'transient', {
    code: 'EXECUTOR_LOST',
    message: `The executor of ${taskName(spec)} is gone: ${why}.`,
  });
}

function timedOut(spec: TaskSpec, maxMs: number, cpuBound: boolean): TaskFailure {
  const message = `${taskName(spec)} was stopped after ${maxMs} ms.`;
  return { ...failureWith('timeout', 'resource', { code: 'TASK_TIMEOUT', message }), cpuBound };
}
