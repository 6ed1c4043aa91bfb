import type { Clock } from '../../ports/clock.ts';
import type { MetadataKey } from '../../ports/metadata-store.ts';
import type { Random } from '../../ports/random.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import { watchCalledOff } from '../../runtime/called-off.ts';
import { ownDelivery } from '../../runtime/own-delivery.ts';
import type { Build } from '../../runtime/supervisor/executor-protocol.ts';
import { toWireError } from '../../runtime/worker/wire-error.ts';
import { addRequests, NO_REQUESTS, type RequestUsage, requestsSince } from '../../types/request-usage.ts';
import type { TaskEvent, TaskSpec } from '../../types/task.ts';
import { decodeRequest, encodeAnswer, type PayloadObjects } from './lambda-payload.ts';
import { type AttemptAnswer, type InvokedWork, refusalOf } from './lambda-protocol.ts';

/** What is left of the time limit when an attempt is stopped: for the worker to end, the answer to be written, and Lambda to bring it. */
const REPORT_MS = 2_500;

/** What this side needs of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** An invocation that has run for so long begins no further attempt: those that wait behind a slow one would be slow for it. The driver counts on it. */
export const LAST_BEGIN_MS = 5_000;
/** As little of the time limit may be gone when another attempt begins: each is to have nearly all of it. */
const GONE_AT_MOST = 0.1;
/** How often it is looked whether somebody still wants what runs. */
const LOOK_EVERY_MS = 3_000;

export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<unknown>;

export type EnvironmentSupervisor = Pick<TaskRunner, 'run' | 'close'>;

export interface LambdaHandlerOptions {
  readonly build: Build;
  /** Name of this environment. */
  readonly environmentId: string;
  readonly random: Random;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly objects: PayloadObjects;
  /** What this thread has asked of stores up to now; absent: it costs nothing. */
  readonly requests?: () => RequestUsage;
  /** Attempts that nobody wants any more; null: none is wanted. */
  readonly calledOff: (key: MetadataKey) => Promise<ReadonlySet<string> | null>;
  /** The supervisor of user code, without any yet. */
  readonly openSupervisor: () => EnvironmentSupervisor;
  /** Removes what earlier attempts have left on disk. */
  readonly clearFolder: (keepCode: boolean) => void;
  readonly residentBytes: () => number;
  /** An attempt is over; the next one, and the answer, wait for it. */
  readonly onAttempt: (report: AttemptReport) => Promise<void>;
}

export interface AttemptReport {
  readonly spec: TaskSpec;
  readonly answer: AttemptAnswer;
  /** It was the first in this environment. */
  readonly cold: boolean;
}

/**
 * One invocation is one attempt, or several of small tasks one after the other; an environment gets one invocation after the other.
 * ```
 *   event ─▶ same build? ─▶ same app and bundle as before?
 *                             │ yes: its worker is warm, its code fetched
 *                             │ no:  worker ended, code removed
 *          ┌ empty folder ◀───┘
 *          │ attempt, at most until shortly before Lambda's own limit
 *          └ the next one, for some seconds ─▶ answer: outcomes, what they printed, environment
 * ```
 * Each attempt is committed before the next one begins.
 * The first supervisor is made at once, so that its worker starts while Lambda still starts the environment.
 */
export function createLambdaHandler(options: LambdaHandlerOptions): LambdaHandler {
  const { build, clearFolder, objects, openSupervisor } = options;
  let supervisor = openSupervisor();
  let identity: string | null = null;
  let cold = true;

  /** User code of one app and bundle at most has been in this environment since it was last empty. */
  const makeReadyFor = async ({ appId, bundleHash, settings }: TaskSpec): Promise<void> => {
    // A resumed application may have other settings.
    const wanted = `${appId}/${bundleHash ?? ''}/${JSON.stringify(settings)}`;
    const other = identity !== null && identity !== wanted;
    if (other) {
      await supervisor.close();
      supervisor = openSupervisor();
    }
    clearFolder(identity === wanted);
    identity = wanted;
  };

  const runOne = async (task: TaskSpec, context: LambdaContext, signal: AbortSignal): Promise<AttemptAnswer> => {
    const spec = ownDelivery(task, options.random);
    await makeReadyFor(spec);
    const beforeMs = context.getRemainingTimeInMillis();
    const leftMs = Math.max(1, beforeMs - REPORT_MS);
    const events: TaskEvent[] = [];
    const outcome = await supervisor.run(
      { ...spec, maxMs: Math.min(spec.maxMs ?? leftMs, leftMs) },
      {
        signal,
        // That it started has been told by whoever invoked.
        onEvent: (told) => void (told.kind !== 'started' && events.push(told)),
      },
    );
    return { attemptId: task.attemptId, outcome, events, tookMs: beforeMs - context.getRemainingTimeInMillis() };
  };

  /** `before`: what had been asked of stores when the invocation came, for what it took to read it is the first attempt's. */
  const runAll = async (
    { tasks, settings, calledOff }: InvokedWork,
    context: LambdaContext,
    before: RequestUsage | null,
  ): Promise<readonly AttemptAnswer[]> => {
    const beginMs = context.getRemainingTimeInMillis();
    const attempts: AttemptAnswer[] = [];
    let counted = before;
    const watch = watchCalledOff({ look: () => options.calledOff(calledOff), clock: options.clock, everyMs: LOOK_EVERY_MS });
    try {
      for (const task of tasks) {
        const goneMs = beginMs - context.getRemainingTimeInMillis();
        if (attempts.length > 0 && goneMs > Math.min(LAST_BEGIN_MS, GONE_AT_MOST * beginMs)) break;
        const spec = { ...task, settings };
        const ran = await watch.run(task.attemptId, (signal) => runOne(spec, context, signal));
        const used = options.requests?.() ?? null;
        const answer = used === null || counted === null ? ran : withRequests(ran, requestsSince(counted, used));
        counted = used;
        await options.onAttempt({ spec, answer, cold: cold && attempts.length === 0 });
        attempts.push(answer);
      }
    } finally {
      watch.end();
    }
    return attempts;
  };

  return async (event, context) => {
    const before = options.requests?.() ?? null;
    let work: InvokedWork;
    try {
      work = await decodeRequest(build, event, objects);
    } catch (error) {
      return refusalOf(build, toWireError(error));
    }
    const attempts = await runAll(work, context, before);
    const environment = {
      id: options.environmentId,
      cold,
      memoryUsedBytes: options.residentBytes(),
      timeLeftMs: context.getRemainingTimeInMillis(),
    };
    cold = false;
    return await encodeAnswer(build, { attempts, environment }, { appId: work.tasks[0]?.appId ?? '', objects });
  };
}

/** The worker's and this thread's. */
function withRequests(answer: AttemptAnswer, own: RequestUsage): AttemptAnswer {
  const { outcome } = answer;
  return { ...answer, outcome: { ...outcome, requests: addRequests(outcome.requests ?? NO_REQUESTS, own) } };
}
