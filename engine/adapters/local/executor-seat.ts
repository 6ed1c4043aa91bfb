import type { Clock } from '../../ports/clock.ts';
import { afterMs } from '../../runtime/supervisor/after-ms.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import type { ExecutorSetup, FromExecutor } from '../../runtime/supervisor/executor-protocol.ts';
import type { StopReason } from '../../runtime/supervisor/stop-reason.ts';
import { lostFailure, notStartedFailure } from './executor-end.ts';
import { executorEnvironment } from './executor-environment.ts';
import { makeExecutorFolder } from './executor-folder.ts';
import { type ExecutorProcess, type ProcessEnd, startExecutorProcess } from './executor-process.ts';
import { removeLocalFolder } from './local-folder.ts';

/** An executor stops an attempt in less than this, unless the whole process hangs. */
const STOP_MS = 1_500;
/** Node starts in a fraction of a second; a machine that swaps may take longer. */
const START_MS = 60_000;
/** Waiting tasks go elsewhere when their process dies, but not for ever. */
const MAX_DEATHS = 4;
/** Time to end workers and leave; then the process is killed. */
const CLOSE_MS = 1_500;

export interface SeatOptions {
  readonly entry: URL;
  readonly clock: Clock;
  /** All of the setup but what belongs to one process. */
  readonly setup: Omit<ExecutorSetup, 'folder'>;
  readonly allowedEnv: readonly string[];
  /** Where its folder is made; null is the system's temporary folder. */
  readonly localDir: string | null;
  readonly onStarted: (attempt: Attempt) => void;
  readonly onDone: (attempt: Attempt) => void;
  readonly onGaveBack: (attempt: Attempt) => void;
  /** The process is gone and `ended` with it. */
  readonly onLost: (ended: readonly Attempt[]) => void;
  readonly assigned: () => readonly Attempt[];
  readonly isBusy: () => boolean;
  readonly onWarning: (message: string) => void;
  readonly onOutput: (executorId: string, text: string) => void;
}

/** A place for one executor process, which is started again when it dies. */
export interface ExecutorSeat {
  readonly executorId: string;
  pid(): number | undefined;
  isUp(): boolean;
  prewarm(): void;
  send(attempt: Attempt): void;
  takeBack(attempt: Attempt): void;
  /** Settles it. */
  stop(attempt: Attempt, reason: StopReason): void;
  /** Has the process drop what it keeps of a broadcast. */
  forget(appId: string, hash: string): void;
  /** What is kept of these RDDs goes; `forGood`: they are not persisted any more. */
  dropBlocks(rdds: readonly number[], forGood: boolean): void;
  hold(): void;
  close(): Promise<void>;
}

interface State {
  readonly options: SeatOptions;
  process: ExecutorProcess | null;
  /** The process has reported that it is up. */
  ready: boolean;
  closing: boolean;
  /** Ends of the process since it last finished a task. */
  deaths: number;
}

export function createExecutorSeat(options: SeatOptions): ExecutorSeat {
  const { clock, setup } = options;
  const state: State = { options, process: null, ready: false, closing: false, deaths: 0 };
  return {
    executorId: setup.executorId,
    pid: () => state.process?.pid,
    isUp: () => state.process !== null,
    prewarm() {
      state.process ??= start(state);
    },
    send(attempt) {
      state.process ??= startOrEnd(state);
      state.process?.post({ kind: 'task', spec: attempt.spec, prefer: attempt.prefer });
    },
    takeBack: (attempt) => state.process?.post({ kind: 'takeBack', attemptId: attempt.spec.attemptId }),
    stop(attempt, reason) {
      attempt.stopReason ??= reason;
      state.process?.post({ kind: 'cancel', attemptId: attempt.spec.attemptId });
      afterMs(clock, STOP_MS, attempt, () => state.process?.kill());
    },
    forget: (appId, hash) => state.process?.post({ kind: 'forget', appId, hash }),
    dropBlocks: (rdds, forGood) => state.process?.post({ kind: 'dropBlocks', rdds, forGood }),
    hold: () => state.process?.hold(options.isBusy()),
    async close() {
      state.closing = true;
      const leaving = state.process;
      if (leaving === null) return;
      leaving.hold(true);
      leaving.post({ kind: 'close' });
      await Promise.race([leaving.gone, clock.sleep(CLOSE_MS, { unref: true })]);
      leaving.kill();
      await leaving.gone;
    },
  };
}

/** null: it has no folder to work in, so its tasks did not run. */
function startOrEnd(state: State): ExecutorProcess | null {
  try {
    return start(state);
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error);
    // Not before the task that it is started for is its own.
    setImmediate(() => onEnd(state, { pid: undefined, ready: false, code: null, signal: null, lastWords: '', refusal }));
    return null;
  }
}

function start(state: State): ExecutorProcess {
  const { options } = state;
  const { executorId } = options.setup;
  const folder = makeExecutorFolder(executorId, options.localDir);
  state.ready = false;
  const started = startExecutorProcess({
    entry: options.entry,
    setup: { ...options.setup, folder: folder.root },
    folder,
    env: executorEnvironment(process.env, options.allowedEnv, folder.temporary),
    onReady: () => {
      state.ready = true;
    },
    onMessage: (message) => onMessage(state, message),
    onOutput: (text) => options.onOutput(executorId, text),
    onEnd: (end) => {
      removeLocalFolder(folder.root, options.onWarning);
      onEnd(state, end);
    },
  });
  started.hold(options.isBusy());
  void options.clock.sleep(START_MS, { unref: true }).then(() => {
    if (state.process === started && !state.ready) started.kill();
  });
  return started;
}

function onMessage(state: State, message: Exclude<FromExecutor, { kind: 'ready' | 'refused' }>): void {
  const { options } = state;
  if (message.kind === 'warning') {
    options.onWarning(message.message);
    return;
  }
  const attempt = options.assigned().find(({ spec }) => spec.attemptId === message.attemptId);
  if (attempt === undefined) return;
  switch (message.kind) {
    case 'event':
      if (message.event.kind === 'started') options.onStarted(attempt);
      attempt.event(message.event);
      break;
    case 'gaveBack':
      if (attempt.stopReason === null) options.onGaveBack(attempt);
      else {
        attempt.stopped(attempt.stopReason);
        options.onDone(attempt);
      }
      break;
    case 'outcome':
      state.deaths = 0;
      attempt.settleUnlessStopped(message.outcome);
      options.onDone(attempt);
      break;
  }
}

function onEnd(state: State, end: ProcessEnd): void {
  const { options } = state;
  const { executorId, memoryRemedy } = options.setup;
  state.process = null;
  state.deaths += 1;
  const assigned = options.assigned();
  const hopeless = !end.ready || state.deaths >= MAX_DEATHS;
  const lost = hopeless ? assigned : assigned.filter((attempt) => attempt.ticket.state === 'started' || attempt.stopReason !== null);
  for (const attempt of lost) {
    const { spec } = attempt;
    const failure = end.ready ? lostFailure(spec, executorId, end, memoryRemedy) : notStartedFailure(spec, executorId, end);
    attempt.settleUnlessStopped({ kind: 'failure', failure });
  }
  options.onLost(lost);
  // One that came up once will come up again, and better now than when the next task waits for it.
  if (!hopeless && !state.closing && options.isBusy()) state.process ??= startOrEnd(state);
}
