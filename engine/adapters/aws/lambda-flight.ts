import type { Clock } from '../../ports/clock.ts';
import type { CallsOff } from '../../runtime/called-off.ts';
import type { CommittedOutcome } from '../../runtime/committed-outcome.ts';
import { SHARED_LOST } from '../../runtime/read-shared.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import type { Build } from '../../runtime/supervisor/executor-protocol.ts';
import type { SmallTasks } from '../../runtime/supervisor/small-tasks.ts';
import { failureOf, failureWith, taskName } from '../../runtime/worker/task-failure.ts';
import type { TaskFailure, WireError } from '../../types/failure.ts';
import type { Invocation, SentWith } from '../../types/invocation.ts';
import type { TaskOutcome, TaskSettings, TaskSpec } from '../../types/task.ts';
import { callFailure } from './lambda-call-failure.ts';
import { functionFailure, type InvokedTask } from './lambda-function-failure.ts';
import type { InvokeAnswer, LambdaInvoker } from './lambda-invoke.ts';
import { decodeResponse, encodeRequest, type PayloadObjects } from './lambda-payload.ts';
import type { LambdaAnswer } from './lambda-protocol.ts';
import { reportOf } from './lambda-report.ts';

export interface FlightDeps {
  readonly invoker: LambdaInvoker;
  readonly build: Build;
  readonly settings: TaskSettings;
  readonly clock: Clock;
  readonly committed: CommittedOutcome;
  readonly objects: PayloadObjects;
  readonly callsOff: CallsOff;
  readonly small: SmallTasks;
}

/** One invocation, and the attempts whose outcomes it is to bring. */
export interface Flight {
  readonly functionName: string;
  readonly memoryMb: number;
  readonly memoryRemedy: string;
  /** In the order in which they run; those that are cancelled, or are looked for elsewhere, are taken out. */
  readonly riders: Set<Attempt>;
  readonly abort: AbortController;
  /** From the request to the last moment at which an answer may come. */
  readonly limitMs: number;
  /** Of the monotonic clock; null: its launches are being recorded, or its event stored. */
  sentMs: number | null;
  /** Of the monotonic clock: then no answer will come any more, or nobody waits for it. Infinite before it is sent. */
  endMs: number;
}

export interface Landing {
  /** Lambda had no room for it. */
  readonly refused: boolean;
  /** Attempts that were not begun: they are to be sent again as they are. */
  readonly notBegun: readonly Attempt[];
  /** The environment died: each of them goes alone, so that what kills environments takes no other along. */
  readonly alone: boolean;
}

const LANDED: Landing = { refused: false, notBegun: [], alone: false };

/**
 * Makes one invocation and settles its attempts by what comes of it. Never rejects.
 * ```
 *   launches recorded ─▶ invoke ─▶ answered: each outcome as it is; what was not begun comes back
 *                          ├─▶ refused: the first one is, the others come back
 *                          ├─▶ died: committed ones are done, the first that is not has failed, those after it come back
 *                          └─▶ not heard of again: the commit of each is watched until the deadline
 * ```
 */
export async function fly(deps: FlightDeps, flight: Flight): Promise<Landing> {
  const { riders, abort, functionName } = flight;
  let payload: Uint8Array;
  try {
    const sentWith = sentWithOf(flight);
    await Promise.all([...riders].map((attempt) => attempt.onLaunch(sentWith)));
    if (riders.size === 0) return LANDED;
    const tasks = [...riders].map(({ spec }) => spec);
    const calledOff = await deps.callsOff.ready(tasks[0] as TaskSpec);
    payload = await encodeRequest(deps.build, { tasks, settings: deps.settings, calledOff }, deps.objects);
  } catch (error) {
    return settleAll(flight, () => ({ kind: 'failure', failure: failureOf(error, 'internal') }));
  }
  const [first] = riders;
  if (first === undefined) return LANDED;
  try {
    flight.sentMs = deps.clock.monotonic();
    flight.endMs = Math.min(flight.endMs, flight.sentMs + flight.limitMs);
    for (const attempt of riders) attempt.event({ kind: 'started', executorId: functionName });
    return await land(deps, flight, await deps.invoker.invoke({ functionName, payload, signal: abort.signal }));
  } catch (error) {
    const failed = abort.signal.aborted ? ({ kind: 'unknown', why: 'no answer came' } as const) : callFailure(taskOf(flight, first), error);
    if (failed.kind === 'unknown') return await watchAll(deps, flight, failed.why);
    if (failed.failure.kind !== 'throttled') return settleAll(flight, (attempt) => refusalOf(taskOf(flight, attempt), error));
    const [refused, ...notBegun] = riders;
    refused?.fail(failed.failure);
    return { refused: true, notBegun, alone: false };
  }
}

/** Characters that tell the invocations of a driver apart well enough for an estimate. */
const NAME_LENGTH = 8;

function sentWithOf({ memoryMb, riders }: Flight): SentWith {
  const [first] = riders;
  return { memoryMb, invocation: riders.size > 1 && first !== undefined ? first.spec.attemptId.slice(0, NAME_LENGTH) : null };
}

/** Lambda has answered. */
async function land(deps: FlightDeps, flight: Flight, answer: InvokeAnswer): Promise<Landing> {
  const { functionName } = flight;
  const response = await responseIn(deps, answer);
  const invocation: Invocation = {
    requestId: answer.requestId,
    functionName,
    environment: response.kind === 'answered' ? response.answer.environment : null,
    report: reportOf(answer.logTail),
  };
  switch (response.kind) {
    case 'answered':
      return settleAnswered(deps, flight, { answer: response.answer, invocation });
    case 'died':
      return await settleDead(deps, flight, { failureIn: response.failureIn, invocation });
    case 'refused': {
      const { code, message } = response.error;
      const lost = code === SHARED_LOST;
      const failure = failureWith('error', lost ? 'transient' : 'user', { code: lost ? code : 'EXECUTOR_MISMATCH', message });
      return settleAll(flight, () => ({ kind: 'failure', failure, invocation }));
    }
    case 'unreadable':
      return settleAll(flight, ({ spec }) => {
        const message = `Function ${functionName} is not an executor of levin: its answer to ${taskName(spec)} cannot be read. Deploy the engine again.`;
        return { kind: 'failure', failure: failureWith('error', 'user', { code: 'EXECUTOR_MISMATCH', message }), invocation };
      });
  }
}

type Response =
  | { readonly kind: 'answered'; readonly answer: LambdaAnswer }
  | { readonly kind: 'refused'; readonly error: WireError }
  /** The environment did, or the answer that it had stored is gone: commits tell. */
  | { readonly kind: 'died'; readonly failureIn: (task: InvokedTask) => TaskFailure }
  | { readonly kind: 'unreadable' };

async function responseIn({ objects }: FlightDeps, answer: InvokeAnswer): Promise<Response> {
  if (answer.functionError !== null) return { kind: 'died', failureIn: (task) => functionFailure(task, answer) };
  try {
    const response = await decodeResponse(answer.payload, objects);
    if (response === null) return { kind: 'unreadable' };
    return 'refused' in response ? { kind: 'refused', error: response.refused } : { kind: 'answered', answer: response };
  } catch (error) {
    return { kind: 'died', failureIn: () => failureOf(error, 'internal') };
  }
}

function settleAnswered(
  { small }: FlightDeps,
  { riders }: Flight,
  { answer, invocation }: { readonly answer: LambdaAnswer; readonly invocation: Invocation },
): Landing {
  const answers = new Map(answer.attempts.map((attempt) => [attempt.attemptId, attempt]));
  const notBegun: Attempt[] = [];
  for (const attempt of riders) {
    const { attemptId, stageId } = attempt.spec;
    const own = answers.get(attemptId);
    if (own === undefined) {
      notBegun.push(attempt);
      continue;
    }
    small.took(stageId, own.tookMs);
    for (const event of own.events) attempt.event(event);
    attempt.settle({ ...own.outcome, invocation });
  }
  return { ...LANDED, notBegun };
}

/** Attempts are committed one after the other: the first without a commit is the one that ran, or would have. */
async function settleDead(
  { committed, clock }: FlightDeps,
  flight: Flight,
  { failureIn, invocation }: { readonly failureIn: (task: InvokedTask) => TaskFailure; readonly invocation: Invocation },
): Promise<Landing> {
  const nowMs = clock.monotonic();
  let failed = false;
  const notBegun: Attempt[] = [];
  for (const attempt of flight.riders) {
    if (failed) {
      notBegun.push(attempt);
      continue;
    }
    const outcome = await committed(attempt.spec, nowMs, attempt.over).catch(thrown);
    failed = outcome === null;
    attempt.settle({ ...(outcome ?? { kind: 'failure', failure: failureIn(taskOf(flight, attempt)) }), invocation });
  }
  return { refused: false, notBegun, alone: true };
}

/** Attempts may be running, or may be over: nobody but their commits can tell. */
async function watchAll({ committed }: FlightDeps, flight: Flight, why: string): Promise<Landing> {
  const { functionName, endMs, riders } = flight;
  const watch = async (attempt: Attempt): Promise<void> => {
    const { spec } = attempt;
    const message = `The invocation of ${functionName} that ran ${taskName(spec)} was not heard of again, and it committed nothing until its deadline (${why}).`;
    const lost = failureWith('executor-lost', 'transient', { code: 'EXECUTOR_LOST', message });
    const outcome = (await committed(spec, endMs, attempt.over).catch(thrown)) ?? { kind: 'failure', failure: lost };
    // One that was taken out runs elsewhere: what has failed here has not failed there.
    if (outcome.kind === 'success' || riders.has(attempt)) attempt.settle(outcome);
  };
  await Promise.all([...riders].map(watch));
  return LANDED;
}

function thrown(error: unknown): TaskOutcome {
  return { kind: 'failure', failure: failureOf(error, 'internal') };
}

function settleAll({ riders }: Flight, outcomeOf: (attempt: Attempt) => TaskOutcome): Landing {
  for (const attempt of riders) attempt.settle(outcomeOf(attempt));
  return LANDED;
}

function refusalOf(task: InvokedTask, error: unknown): TaskOutcome {
  const failed = callFailure(task, error);
  return failed.kind === 'failure' ? failed : thrown(error);
}

function taskOf({ functionName, memoryRemedy }: Flight, { spec }: Attempt): InvokedTask {
  return { spec, functionName, memoryRemedy };
}
