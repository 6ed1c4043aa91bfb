import type { Clock } from '../../ports/clock.ts';
import type { MetadataStore } from '../../ports/metadata-store.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import { createCallsOff } from '../../runtime/called-off.ts';
import type { CommittedOutcome } from '../../runtime/committed-outcome.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import { createAttemptIntake } from '../../runtime/supervisor/attempt-intake.ts';
import type { Build } from '../../runtime/supervisor/executor-protocol.ts';
import { createSmallTasks, MOST_TOGETHER } from '../../runtime/supervisor/small-tasks.ts';
import type { PaidWork } from '../../types/invocation.ts';
import type { TaskSettings } from '../../types/task.ts';
import { createProcessHold } from './hold-process.ts';
import { type Flight, type FlightDeps, fly } from './lambda-flight.ts';
import { LAST_BEGIN_MS } from './lambda-handler.ts';
import type { LambdaInvoker } from './lambda-invoke.ts';
import { createLambdaLanes, type ExecutorFunction, type LambdaLanes, type Lane } from './lambda-lanes.ts';
import type { PayloadObjects } from './lambda-payload.ts';

/** Lambda gives a whole CPU with this much memory, and a part of one with less. */
const MB_PER_VCPU = 1769;
/** From the request to the first line of the handler, and back: a cold start takes a tenth of it. After that an answer will not come any more. */
const ANSWER_GRACE_MS = 15_000;
const LOOK_EVERY_MS = 1_000;
/** Then an invocation has begun the last attempt that it will. */
const ALL_BEGUN_MS = ANSWER_GRACE_MS + LAST_BEGIN_MS;
/** Invocations for which there are enough attempts at hand to fill them with small ones; more only take memory. */
const FILLED_AHEAD = 10;
/** An attempt that was called off is told so within three seconds, and has stopped in a second or two more. */
const CALLED_OFF_MS = 10_000;

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
  /** Where functions are told of attempts that nobody wants any more. */
  readonly metadata: Pick<MetadataStore, 'put' | 'query'>;
  /** The application's: for events and answers that are too large for Lambda. */
  readonly objects: PayloadObjects;
}

interface State {
  readonly options: LambdaRunnerOptions;
  readonly deps: FlightDeps;
  readonly lanes: LambdaLanes;
  readonly flights: Map<Flight, Sent>;
  readonly flightOf: Map<Attempt, Flight>;
  watching: boolean;
  /** What is in flight belongs to another driver. */
  left: boolean;
}

interface Sent {
  readonly lane: Lane;
  readonly landed: Promise<void>;
  /** It has been looked at who is held up. */
  looked: boolean;
}

/**
 * Runs attempts as synchronous invocations of Lambda functions (`--on aws`): as many at once as the ramp allows, each alone, or together with others
 * of its stage where those are small.
 * ```
 *   waiting ──▶ in flight ──answer──────────────▶ outcome
 *      ▲           │ ├──refused, failed─────────▶ failure, by class
 *      │           │ └──connection lost─────────▶ unknown: its commit is watched until its deadline
 *      │           └──cancelled: told through the metadata store, which functions look at; Lambda has no kill
 *      └── not begun: its invocation was refused, had run for long enough, died, or is held up by the attempt before
 * ```
 * An environment that died may have committed before: commits are looked for once.
 */
export function createLambdaRunner(options: LambdaRunnerOptions): TaskRunner {
  const { invoker, concurrency, functions } = options;
  const small = createSmallTasks();
  const lanes = createLambdaLanes({ functions, concurrency, small });
  const state: State = {
    options,
    deps: { ...options, small, callsOff: createCallsOff(options.metadata) },
    lanes,
    flights: new Map(),
    flightOf: new Map(),
    watching: false,
    left: false,
  };
  const intake = createAttemptIntake({
    facts: { executorId: 'driver', memoryRemedy: lanes.of(null).memoryRemedy },
    add(attempt) {
      const lane = lanes.of(attempt.memorySizeMb);
      lanes.enqueue(lane, attempt, attempt.alone);
      pump(state, lane);
    },
    stop(attempt, reason) {
      lanes.of(attempt.memorySizeMb).waiting.get(attempt.spec.stageId)?.delete(attempt);
      attempt.stopped(reason);
      callOff(state, attempt);
    },
    onBusy: createProcessHold(options.clock),
    async close() {
      await state.deps.callsOff.written();
      invoker.close();
    },
  });
  return {
    capabilities: {
      addressable: false,
      isolated: true,
      concurrency,
      queueDepth: Math.max(concurrency, Math.min(concurrency, FILLED_AHEAD) * MOST_TOGETHER),
      // Larger ones travel through the object store.
      maxPayloadBytes: Number.MAX_SAFE_INTEGER,
      maxTaskMs: options.timeLimitMs,
      outlivesDriver: true,
      memorySizesMb: functions.map(({ memoryMb }) => memoryMb),
      mbPerVcpu: MB_PER_VCPU,
      needsBundle: true,
    },
    async run(task, runOptions) {
      lanes.of(runOptions.memorySizeMb ?? null);
      return await intake.run(task, runOptions);
    },
    paid(which) {
      const flights = [...state.flights];
      return paidFor(state, which === 'running' ? flights : flights.filter(([{ riders }]) => riders.size === 0));
    },
    async drain() {
      const flights = [...state.flights];
      await Promise.all(flights.map(([, { landed }]) => landed));
      // Those that were waited for in vain may go on.
      return paidFor(
        state,
        flights.filter(([{ abort }]) => abort.signal.aborted),
      );
    },
    leave() {
      state.left = true;
    },
    async callOff(appId, attemptIds) {
      if (!state.left) await state.deps.callsOff.callOffOthers(appId, attemptIds);
    },
    close: () => intake.close(),
  };
}

/** The invocation goes on until it looks: its place is not free before it answers, or should have. */
function callOff({ options, deps, flightOf, left }: State, attempt: Attempt): void {
  const flight = flightOf.get(attempt);
  if (flight === undefined) return;
  flight.riders.delete(attempt);
  if (!left) deps.callsOff.callOff(attempt.spec.attemptId);
  if (flight.riders.size === 0) flight.endMs = Math.min(flight.endMs, options.clock.monotonic() + CALLED_OFF_MS);
}

function paidFor({ options }: State, flights: readonly (readonly [Flight, Sent])[]): PaidWork {
  const nowMs = options.clock.monotonic();
  const seconds = ({ sentMs }: Flight): number => Math.max(0, (sentMs ?? nowMs) + options.timeLimitMs - nowMs) / 1000;
  const gbSeconds = flights.reduce((sum, [flight, { lane }]) => sum + seconds(flight) * (lane.memoryMb / 1024), 0);
  return { invocations: flights.length, gbSeconds };
}

/** The place that has become free is for whoever has waited longest, of whatever size. */
function pumpAll(state: State): void {
  for (const lane of state.lanes.byTurn()) pump(state, lane);
}

function pump(state: State, lane: Lane): void {
  const { options, deps, lanes, flights } = state;
  const nowMs = options.clock.monotonic();
  for (const [stageId, queue] of lane.waiting) {
    for (let riders = lanes.ridersFrom(queue, nowMs); queue.size > 0; riders = lanes.ridersFrom(queue, nowMs)) {
      if (riders.length === 0) {
        wakeAt(state, lane, deps.small.heldUntilMs(stageId));
        break;
      }
      if (flights.size >= options.concurrency) return;
      if (!lane.ramp.take(nowMs)) {
        const freeInMs = lane.ramp.freeInMs(nowMs);
        if (freeInMs !== null) wakeAt(state, lane, nowMs + freeInMs);
        return;
      }
      for (const attempt of riders) queue.delete(attempt);
      send(state, lane, { riders, nowMs });
    }
    if (queue.size === 0) lane.waiting.delete(stageId);
  }
}

function send(state: State, lane: Lane, { riders, nowMs }: { readonly riders: readonly Attempt[]; readonly nowMs: number }): void {
  const { options, deps, flights, flightOf } = state;
  const limitMs = riders.reduce((sum, { spec }) => sum + (spec.maxMs ?? Number.POSITIVE_INFINITY), 0);
  const { functionName, memoryMb, memoryRemedy } = lane;
  const flight: Flight = {
    functionName,
    memoryMb,
    memoryRemedy,
    riders: new Set(riders),
    abort: new AbortController(),
    limitMs: Math.min(limitMs, options.timeLimitMs) + ANSWER_GRACE_MS,
    sentMs: null,
    endMs: Number.POSITIVE_INFINITY,
  };
  for (const attempt of riders) flightOf.set(attempt, flight);
  deps.small.sent((riders[0] as Attempt).spec.stageId, riders.length, nowMs);
  const landed = fly(deps, flight).then(({ refused, notBegun, alone }) => {
    flights.delete(flight);
    for (const attempt of riders) {
      // It may fly elsewhere by now, and be called off there.
      if (flightOf.get(attempt) !== flight) continue;
      flightOf.delete(attempt);
      deps.callsOff.over(attempt.spec.attemptId);
    }
    lane.ramp.ended({ sentMs: nowMs, nowMs: options.clock.monotonic(), refused });
    sendAgain(state, lane, { attempts: notBegun, alone });
    pumpAll(state);
  });
  flights.set(flight, { lane, landed, looked: false });
  void watchFlights(state);
}

function sendAgain(
  { lanes }: State,
  lane: Lane,
  { attempts, alone }: { readonly attempts: readonly Attempt[]; readonly alone: boolean },
): void {
  for (const attempt of attempts) {
    if (attempt.phase === 'over') continue;
    attempt.onReturn();
    lanes.enqueue(lane, attempt, alone);
  }
}

/** Looks again then, unless something happens before. */
function wakeAt(state: State, lane: Lane, atMs: number): void {
  const { clock } = state.options;
  if (lane.wakeMs <= atMs) return;
  lane.wakeMs = atMs;
  void clock.sleep(Math.max(1, atMs - clock.monotonic()), { unref: true }).then(() => {
    if (lane.wakeMs === atMs) lane.wakeMs = Number.POSITIVE_INFINITY;
    pump(state, lane);
  });
}

/** One timer for all: one of each invocation's own takes a tenth of what it does. */
async function watchFlights(state: State): Promise<void> {
  if (state.watching) return;
  const { clock } = state.options;
  for (state.watching = true; state.flights.size > 0; ) {
    await clock.sleep(LOOK_EVERY_MS, { unref: true });
    const nowMs = clock.monotonic();
    for (const [flight, sent] of state.flights) {
      if (nowMs >= flight.endMs) flight.abort.abort();
      else if (flight.riders.size > 1 && !sent.looked && flight.sentMs !== null && nowMs >= flight.sentMs + ALL_BEGUN_MS)
        void takeOff(state, flight, sent);
    }
  }
  state.watching = false;
}

/**
 * An attempt takes long, against expectation, and others were to run after it: they run elsewhere, for this invocation begins none of them any more.
 * The first without a commit is the one that runs.
 */
async function takeOff(state: State, flight: Flight, sent: Sent): Promise<void> {
  const { committed, clock } = state.options;
  sent.looked = true;
  const look = async (attempt: Attempt) => {
    const outcome = await committed(attempt.spec, clock.monotonic(), attempt.over).catch(() => null);
    return { attempt, outcome };
  };
  const looked = await Promise.all([...flight.riders].map(look));
  if (!state.flights.has(flight)) return;
  const [, ...behind] = looked.filter(({ outcome }) => outcome === null).map(({ attempt }) => attempt);
  for (const { attempt, outcome } of looked) {
    if (outcome === null) continue;
    flight.riders.delete(attempt);
    attempt.settle(outcome);
  }
  for (const attempt of behind) flight.riders.delete(attempt);
  sendAgain(state, sent.lane, { attempts: behind, alone: true });
  pump(state, sent.lane);
}
