import type { Clock } from '../../ports/clock.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import { createInvocationRamp, type InvocationRamp } from '../../ports/wrappers/invocation-ramp.ts';
import type { CommittedOutcome } from '../../runtime/committed-outcome.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import { createAttemptIntake } from '../../runtime/supervisor/attempt-intake.ts';
import type { Build } from '../../runtime/supervisor/executor-protocol.ts';
import { failureOf, failureWith, taskName } from '../../runtime/worker/task-failure.ts';
import type { Invocation } from '../../types/invocation.ts';
import type { TaskOutcome, TaskSettings } from '../../types/task.ts';
import { callFailure, tooLarge } from './lambda-call-failure.ts';
import { functionFailure, type InvokedTask } from './lambda-function-failure.ts';
import type { InvokeAnswer, LambdaInvoker } from './lambda-invoke.ts';
import { decodeResponse, encodeRequest, MAX_INVOKE_BYTES, maxTaskBytes } from './lambda-protocol.ts';
import { reportOf } from './lambda-report.ts';

/** Lambda gives a whole CPU with this much memory, and a part of one with less. */
const MB_PER_VCPU = 1769;
/** From the request to the first line of the handler, and back: a cold start takes a tenth of it. After that an answer will not come any more. */
const ANSWER_GRACE_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

export interface LambdaRunnerOptions {
  readonly invoker: LambdaInvoker;
  /** Deployed under `executorName`, one for each size, ascending; control calls are too few to make any for a job. */
  readonly functions: readonly ExecutorFunction[];
  /** Time limit that they were deployed with. */
  readonly timeLimitMs: number;
  /** Invocations in flight at once, at most. */
  readonly concurrency: number;
  readonly build: Build;
  /** They travel with each task: functions are deployed for all applications. */
  readonly settings: TaskSettings;
  readonly clock: Clock;
  readonly committed: CommittedOutcome;
}

/** The executor function of one memory size. */
export interface ExecutorFunction {
  readonly name: string;
  readonly memoryMb: number;
}

interface State {
  readonly options: LambdaRunnerOptions;
  /** One for each function, in their order. */
  readonly lanes: readonly Lane[];
  readonly inFlight: Map<Attempt, Flight>;
  watching: boolean;
}

/** Each function has its own environments, and Lambda starts those of each at a rate of its own. */
interface Lane {
  readonly ramp: InvocationRamp;
  readonly waiting: Set<Attempt>;
  /** Will look again when the ramp has room. */
  timed: boolean;
}

interface Flight {
  readonly lane: Lane;
  readonly sentMs: number;
  readonly abort: AbortController;
  /** Of the monotonic clock: then no answer will come any more. */
  readonly endMs: number;
}

/**
 * Runs each attempt as one synchronous invocation of a Lambda function (`--on aws`).
 * ```
 *   waiting ──▶ in flight ──answer──────────────▶ outcome
 *                  │ ├──refused, failed─────────▶ failure, by class
 *                  │ └──connection lost─────────▶ unknown: its commit is watched until its deadline
 *                  └──cancelled: nobody listens any more; Lambda has no kill
 * ```
 * An environment that died may have committed before: its commit is looked for once.
 */
export function createLambdaRunner(options: LambdaRunnerOptions): TaskRunner {
  const { invoker, concurrency, functions } = options;
  const lanes = functions.map((): Lane => ({ ramp: createInvocationRamp(concurrency), waiting: new Set(), timed: false }));
  const state: State = { options, lanes, inFlight: new Map(), watching: false };
  const laneOf = ({ memorySizeMb }: Attempt): Lane => lanes[sizeIndex(functions, memorySizeMb)] as Lane;
  const intake = createAttemptIntake({
    facts: { executorId: 'driver', memoryRemedy: remedyOf(functions, 0) },
    add(attempt) {
      const lane = laneOf(attempt);
      lane.waiting.add(attempt);
      pump(state, lane);
    },
    stop(attempt, reason) {
      laneOf(attempt).waiting.delete(attempt);
      attempt.stopped(reason);
      state.inFlight.get(attempt)?.abort.abort();
    },
    // Sockets in flight keep the process alive, attempts that wait do not.
    onBusy: () => undefined,
    close: async () => invoker.close(),
  });
  return {
    capabilities: {
      addressable: false,
      isolated: true,
      concurrency,
      queueDepth: concurrency,
      maxPayloadBytes: maxTaskBytes(options.build, options.settings),
      maxTaskMs: options.timeLimitMs,
      outlivesDriver: true,
      memorySizesMb: functions.map(({ memoryMb }) => memoryMb),
      mbPerVcpu: MB_PER_VCPU,
      needsBundle: true,
    },
    async run(task, runOptions) {
      sizeIndex(functions, runOptions.memorySizeMb ?? null);
      return await intake.run(task, runOptions);
    },
    close: () => intake.close(),
  };
}

function pump(state: State, lane: Lane): void {
  const { options, inFlight } = state;
  const { clock } = options;
  for (const attempt of lane.waiting) {
    if (inFlight.size >= options.concurrency) return;
    const sentMs = clock.monotonic();
    if (!lane.ramp.take(sentMs)) {
      pumpLater(state, lane);
      return;
    }
    lane.waiting.delete(attempt);
    const { maxMs } = attempt.spec;
    const limitMs = Math.min(maxMs ?? Number.POSITIVE_INFINITY, options.timeLimitMs);
    const flight: Flight = { lane, sentMs, abort: new AbortController(), endMs: sentMs + limitMs + ANSWER_GRACE_MS };
    inFlight.set(attempt, flight);
    void watchDeadlines(state);
    void invoke(options, attempt, flight).then((outcome) => land(state, attempt, outcome));
  }
}

function land(state: State, attempt: Attempt, outcome: TaskOutcome): void {
  const { inFlight, options } = state;
  const { lane, sentMs } = inFlight.get(attempt) as Flight;
  inFlight.delete(attempt);
  const refused = outcome.kind === 'failure' && outcome.failure.kind === 'throttled';
  lane.ramp.ended({ sentMs, nowMs: options.clock.monotonic(), refused });
  attempt.settle(outcome);
  for (const each of state.lanes) pump(state, each);
}

/** When the ramp has room before any invocation ends. */
function pumpLater(state: State, lane: Lane): void {
  const { clock } = state.options;
  const freeInMs = lane.ramp.freeInMs(clock.monotonic());
  if (lane.timed || freeInMs === null) return;
  lane.timed = true;
  void clock.sleep(freeInMs, { unref: true }).then(() => {
    lane.timed = false;
    pump(state, lane);
  });
}

/** One timer for all: one of each attempt's own takes a tenth of what an invocation does. */
async function watchDeadlines(state: State): Promise<void> {
  if (state.watching) return;
  const { clock } = state.options;
  for (state.watching = true; state.inFlight.size > 0; ) {
    await clock.sleep(LOOK_EVERY_MS, { unref: true });
    const nowMs = clock.monotonic();
    for (const { abort, endMs } of state.inFlight.values()) if (nowMs >= endMs) abort.abort();
  }
  state.watching = false;
}

/** Never rejects. */
async function invoke(
  options: LambdaRunnerOptions,
  attempt: Attempt,
  { abort, endMs }: Pick<Flight, 'abort' | 'endMs'>,
): Promise<TaskOutcome> {
  const { invoker } = options;
  const { spec } = attempt;
  const task = invokedTask(options.functions, attempt);
  const { functionName } = task;
  try {
    const payload = encodeRequest(options.build, { ...spec, settings: options.settings });
    if (payload.length > MAX_INVOKE_BYTES) {
      return tooLarge(task, `It has ${payload.length} bytes, and Lambda takes ${MAX_INVOKE_BYTES}`);
    }
    attempt.event({ kind: 'started', executorId: functionName });
    const answer = await invoker.invoke({ functionName, payload, signal: abort.signal });
    return await outcomeOf(options, attempt, { task, answer });
  } catch (error) {
    if (attempt.phase === 'over') return { kind: 'failure', failure: failureOf(error, 'internal') };
    const failed = abort.signal.aborted ? ({ kind: 'unknown', why: 'no answer came' } as const) : callFailure(task, error);
    return failed.kind === 'failure' ? failed : await watch(options, attempt, { task, why: failed.why, endMs });
  }
}

async function outcomeOf(
  options: LambdaRunnerOptions,
  attempt: Attempt,
  { task, answer }: { readonly task: InvokedTask; readonly answer: InvokeAnswer },
): Promise<TaskOutcome> {
  const { spec, functionName } = task;
  const response = answer.functionError === null ? decodeResponse(answer.payload) : null;
  const answered = response !== null && !('refused' in response) ? response : null;
  const invocation: Invocation = {
    requestId: answer.requestId,
    functionName,
    environment: answered?.environment ?? null,
    report: reportOf(answer.logTail),
  };
  if (answered !== null) {
    for (const event of answered.events) attempt.event(event);
    return { ...answered.outcome, invocation };
  }
  if (response !== null && 'refused' in response) return mismatch(response.refused, invocation);
  if (answer.functionError !== null) {
    const committed = await options.committed(spec, options.clock.monotonic(), attempt.over);
    return { ...(committed ?? { kind: 'failure', failure: functionFailure(task, answer) }), invocation };
  }
  const message = `Function ${functionName} is not an executor of levin: its answer to ${taskName(spec)} cannot be read. Deploy the engine again.`;
  return mismatch(message, invocation);
}

function mismatch(message: string, invocation: Invocation): TaskOutcome {
  return { kind: 'failure', failure: failureWith('error', 'user', { code: 'EXECUTOR_MISMATCH', message }), invocation };
}

/** The attempt may be running, or may be over: nobody but its commit can tell. */
async function watch(
  options: LambdaRunnerOptions,
  attempt: Attempt,
  { task, why, endMs }: { readonly task: InvokedTask; readonly why: string; readonly endMs: number },
): Promise<TaskOutcome> {
  try {
    const committed = await options.committed(task.spec, endMs, attempt.over);
    if (committed !== null) return committed;
  } catch (error) {
    return { kind: 'failure', failure: failureOf(error, 'internal') };
  }
  const message = `The invocation of ${task.functionName} that ran ${taskName(task.spec)} was not heard of again, and it committed nothing until its deadline (${why}).`;
  return { kind: 'failure', failure: failureWith('executor-lost', 'transient', { code: 'EXECUTOR_LOST', message }) };
}

function invokedTask(functions: readonly ExecutorFunction[], { spec, memorySizeMb }: Attempt): InvokedTask {
  const at = sizeIndex(functions, memorySizeMb);
  return { spec, functionName: (functions[at] as ExecutorFunction).name, memoryRemedy: remedyOf(functions, at) };
}

function sizeIndex(functions: readonly ExecutorFunction[], memorySizeMb: number | null): number {
  const at = memorySizeMb === null ? 0 : functions.findIndex(({ memoryMb }) => memoryMb === memorySizeMb);
  if (at in functions) return at;
  throw new Error(`there is no executor function of ${memorySizeMb} MB, only of ${functions.map(({ memoryMb }) => memoryMb).join(', ')}`);
}

/** A task that runs out of memory gets the next size by itself; this is for where there is none. */
function remedyOf(functions: readonly ExecutorFunction[], at: number): string {
  const larger = functions[at + 1];
  return `use more partitions, or ${larger === undefined ? `deploy executors of more than ${functions[at]?.memoryMb} MB` : `executors of ${larger.memoryMb} MB`}`;
}
