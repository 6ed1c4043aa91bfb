import type { Clock } from '../../ports/clock.ts';
import { afterMs } from '../../runtime/supervisor/after-ms.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import type { ExecutorSetup, FromExecutor } from '../../runtime/supervisor/executor-protocol.ts';
import type { StopReason } from '../../runtime/supervisor/stop-reason.ts';
import { lostFailure, notStartedFailure } from './executor-end.ts';
import { executorEnvironment } from './executor-environment.ts';
import { makeExecutorFolder, removeExecutorFolder } from './executor-folder.ts';
import { type ExecutorProcess, type ProcessEnd, startExecutorProcess } from './executor-process.ts';

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
  hold(): void;
  close(): Promise<void>;
}

export function createExecutorSeat(options: SeatOptions): ExecutorSeat {
  const { clock, setup } = options;
  const { executorId } = setup;
  let process: ExecutorProcess | null = null;
  let ready = false;
  let closing = false;
  /** Ends of the process since it last finished a task. */
  let deaths = 0;

  const start = (): ExecutorProcess => {
    const folder = makeExecutorFolder(executorId);
    ready = false;
    const started = startExecutorProcess({
      entry: options.entry,
      setup: { ...setup, folder: folder.root },
      folder,
      env: executorEnvironment(globalThis.process.env, options.allowedEnv, folder.temporary),
      onReady: () => {
        ready = true;
      },
      onMessage: (message) => onMessage(message),
      onOutput: (text) => options.onOutput(executorId, text),
      onEnd: (end) => {
        removeExecutorFolder(folder.root);
        if (process === started) onEnd(end);
      },
    });
    started.hold(options.isBusy());
    void clock.sleep(START_MS, { unref: true }).then(() => {
      if (process === started && !ready) started.kill();
    });
    return started;
  };

  const find = (attemptId: string): Attempt | undefined => options.assigned().find(({ spec }) => spec.attemptId === attemptId);

  const onMessage = (message: Exclude<FromExecutor, { kind: 'ready' | 'refused' }>): void => {
    if (message.kind === 'warning') {
      options.onWarning(message.message);
      return;
    }
    const attempt = find(message.attemptId);
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
        deaths = 0;
        attempt.settleUnlessStopped(message.outcome);
        options.onDone(attempt);
        break;
    }
  };

  const onEnd = (end: ProcessEnd): void => {
    process = null;
    deaths += 1;
    const assigned = options.assigned();
    const hopeless = !end.ready || deaths >= MAX_DEATHS;
    const lost = hopeless ? assigned : assigned.filter((attempt) => attempt.ticket.state === 'started' || attempt.stopReason !== null);
    for (const attempt of lost) {
      const { spec } = attempt;
      const failure = end.ready ? lostFailure(spec, executorId, end, setup.memoryRemedy) : notStartedFailure(spec, executorId, end);
      attempt.settleUnlessStopped({ kind: 'failure', failure });
    }
    options.onLost(lost);
    // One that came up once will come up again, and better now than when the next task waits for it.
    if (!hopeless && !closing && options.isBusy()) process ??= start();
  };

  return {
    executorId,
    pid: () => process?.pid,
    isUp: () => process !== null,
    prewarm() {
      process ??= start();
    },
    send(attempt) {
      process ??= start();
      process.post({ kind: 'task', spec: attempt.spec });
    },
    takeBack: (attempt) => process?.post({ kind: 'takeBack', attemptId: attempt.spec.attemptId }),
    stop(attempt, reason) {
      attempt.stopReason ??= reason;
      process?.post({ kind: 'cancel', attemptId: attempt.spec.attemptId });
      afterMs(clock, STOP_MS, attempt, () => process?.kill());
    },
    hold: () => process?.hold(options.isBusy()),
    async close() {
      closing = true;
      const leaving = process;
      if (leaving === null) return;
      leaving.hold(true);
      leaving.post({ kind: 'close' });
      await Promise.race([leaving.gone, clock.sleep(CLOSE_MS, { unref: true })]);
      leaving.kill();
      await leaving.gone;
    },
  };
}
