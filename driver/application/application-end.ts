import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import type { TaskRunner } from '../../engine/ports/task-runner.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Lease } from '../lease/lease.ts';
import { lostOr } from '../lease/lost-or.ts';
import type { Stores } from '../wiring.ts';
import type { AppJournal } from './app-journal.ts';
import type { AppOutcome, AppRecorder } from './app-record.ts';
import { onCancelRequest } from './cancel-request.ts';
import { deleteApplicationData } from './delete-application-data.ts';
import { CALLED_OFF_MS } from './earlier-attempts.ts';
import type { JobEngine } from './job-engine.ts';
import { limitLife } from './limit-life.ts';
import { onEngine } from './on-engine.ts';
import type { onProcessEnd } from './process-end.ts';
import { earlierPaid, paidUntilStopped, stillPaid } from './still-paid.ts';

export interface ApplicationEndOptions {
  readonly appId: string;
  readonly master: string;
  readonly stores: Pick<Stores, 'objects' | 'metadata' | 'clock' | 'requests' | 'lifeMs'>;
  readonly lease: Lease;
  readonly journal: AppJournal;
  readonly record: AppRecorder;
  readonly engine: JobEngine;
  readonly runner: TaskRunner;
  readonly bus: EventBus;
  readonly log: EventLog;
  readonly console: { close(): void };
  readonly onProcessEnd: typeof onProcessEnd;
  readonly onEnd: () => void;
}

/** The life of an application after it was opened: which actions run, how the last one went, and the one end that there is. */
export interface ApplicationEnd {
  /** Fails once the end has begun: with its reason, or with `CONTEXT_STOPPED` where the program itself asked for it. */
  checkOpen(operation: string): void;
  /** Runs an action of the user's; the end waits until it has been told and journaled. */
  track<R>(action: Promise<R>): Promise<R>;
  /** Resolves at once; never after the application was left to another driver: before and behind whatever the program waits for. */
  gate(): Promise<void>;
  /** An answer that is handed out piece by piece; leaving its loop is no end of it after the application was left to another driver. */
  gated<R>(stream: AsyncGenerator<R, void, void>): AsyncGenerator<R, void, void>;
  /** What the job asked for came to nothing: unless something succeeds after it, the application has failed and keeps what it has. */
  failed(error: unknown): void;
  /** The program is done: succeeded, unless the last action failed or some still run. */
  stop(): Promise<void>;
  fail(error: unknown): Promise<void>;
  /**
   * Leaves the application to another driver: launches nothing more, and releases the lease. False: it has ended before. From here on no action and no
   * end comes back to the program, for what it does belongs to the other driver.
   */
  handOver(): Promise<boolean>;
}

/** Requests of attempts that were launched last leave this process meanwhile: what was not sent, the next driver would wait for in vain. */
const SENT_MS = 1_000;

export function createApplicationEnd(options: ApplicationEndOptions): ApplicationEnd {
  const { appId, lease } = options;
  const running = new Set<Promise<unknown>>();
  let lastFailure: unknown = null;
  let ended: Promise<void> | null = null;
  let endedBy: unknown = null;
  let handedOver = false;
  const ending = new AbortController();
  const failed = (error: unknown): void => {
    // Cancelled by a signal of the job's own: it wanted that.
    if (errorCode(error) !== 'JOB_CANCELLED') lastFailure = error;
  };

  const end = (status: AppOutcome, error: unknown): Promise<void> => {
    if (ended !== null) return ended;
    processEnd.release();
    ending.abort();
    ended = endOnce(options, { status, error, running: [...running] });
    return ended;
  };
  const stop = (): Promise<void> => {
    if (running.size > 0) return end('cancelled', stoppedWhileRunning());
    return lastFailure === null ? end('succeeded', null) : end('failed', lastFailure);
  };
  const endBecause = (status: AppOutcome, error: unknown): Promise<void> => {
    endedBy ??= error;
    return end(status, error);
  };
  const interrupt = (error: LevinError): Promise<void> => {
    const paid = paidUntilStopped(options.runner.paid?.('running') ?? NOTHING_PAID);
    const message = ['Cancelling what runs.', ...(paid === null ? [] : [paid]), 'Press Ctrl-C again to leave at once.'].join(' ');
    options.bus.emit({ kind: 'warning', code: 'CANCELLING', message });
    return endBecause(error.code === 'JOB_CANCELLED' ? 'cancelled' : 'failed', error);
  };
  const handOver = async (): Promise<boolean> => {
    if (ended !== null) {
      await ended.catch(() => undefined);
      return false;
    }
    handedOver = true;
    ended = new Promise<never>(() => undefined);
    processEnd.release();
    ending.abort();
    await options.journal.handOver(options.engine.handOver());
    await options.stores.clock.sleep(SENT_MS);
    await options.log.close();
    options.console.close();
    await lease.release();
    return true;
  };
  const gate = async (): Promise<void> => {
    if (handedOver) await ended;
  };
  const processEnd = options.onProcessEnd({ appId, master: options.master, stop, interrupt });
  const { metadata, clock } = options.stores;
  onCancelRequest({ metadata, clock, appId, epoch: lease.epoch, signal: ending.signal }, () => processEnd.interrupt('levin cancel'));
  const { startedAtMs } = options.record;
  limitLife({ appId, clock, startedAtMs, lifeMs: options.stores.lifeMs ?? null, signal: ending.signal }, processEnd.interrupt);
  lease.lost.addEventListener('abort', () => void endBecause('failed', lease.lost.reason), { once: true });
  return {
    checkOpen(operation) {
      if (ended === null || handedOver) return;
      if (endedBy !== null) throw endedBy;
      throw new LevinError({
        code: 'CONTEXT_STOPPED',
        fault: 'user',
        message: `${operation}: the Context was stopped. Create a new one with Context.create().`,
      });
    },
    async track(action) {
      running.add(action);
      try {
        const answer = await action;
        await gate();
        lastFailure = null;
        return answer;
      } catch (error) {
        await gate();
        const reason = withResume(await lostOr(options.stores, lease, error), options);
        failed(reason);
        throw reason;
      } finally {
        running.delete(action);
      }
    },
    gate,
    async *gated(stream) {
      try {
        for (;;) {
          await gate();
          const next = await stream.next();
          await gate();
          if (next.done === true) return;
          yield next.value;
        }
      } finally {
        await gate();
        await stream.return();
      }
    },
    failed,
    stop,
    fail: (error) => endBecause('failed', error),
    handOver,
  };
}

/** The driver can do nothing any more, and what it has done is safe: whoever logs in again needs its name. */
function withResume(error: unknown, { appId, master }: Pick<ApplicationEndOptions, 'appId' | 'master'>): unknown {
  if (!(error instanceof LevinError) || error.code !== 'CREDENTIALS_EXPIRED') return error;
  const { code, fault, details } = error;
  const message = `${error.message} What is committed is kept: resume with levin run JOB --app ${appId}${onEngine(master)}.`;
  return new LevinError({ code, fault, message, details, cause: error });
}

const NOTHING_PAID = { invocations: 0, gbSeconds: 0 };

interface Ending {
  readonly status: AppOutcome;
  readonly error: unknown;
  readonly running: readonly Promise<unknown>[];
}

/** Cancels what runs, waits until it is told and journaled, cleans up after success, and closes everything in turn. */
async function endOnce(options: ApplicationEndOptions, { status, error, running }: Ending): Promise<void> {
  const { stores, journal, bus } = options;
  let stopMs: number | null = CALLED_OFF_MS;
  const closings = [
    async () => {
      const told = status === 'cancelled' || errorCode(error) === 'APP_TOO_OLD';
      const [own, earlier] = await Promise.all([told ? drain(options) : null, callOffEarlier(options, { status, error, told })]);
      if (own === false || earlier === 'unreached') stopMs = null;
      else if (own === true && earlier === 'none') stopMs = 0;
    },
    () => options.runner.close(),
    async () => void (await Promise.allSettled(running)),
    () => endData(options, { status, error, stopMs }),
    async () =>
      bus.emit({ kind: 'appEnded', status, message: error === null ? null : messageOf(error), requests: stores.requests?.() ?? null }),
    () => options.log.close(),
    async () => options.console.close(),
    () => options.lease.release(),
    () => stores.metadata.close(),
    async () => options.onEnd(),
  ];
  const failures: unknown[] = [];
  if (status === 'succeeded') warnOfUnclaimed(bus, journal.unclaimed());
  options.engine.fail(error ?? stoppedWhileRunning());
  for (const close of closings) await close().catch((failure: unknown) => failures.push(failure));
  if (failures.length > 0) throw failures[0];
}

/** What was cancelled and is paid for is waited for a little, so that what is said of it is true. False: some of it may go on. */
async function drain({ runner, bus }: ApplicationEndOptions): Promise<boolean> {
  const message = stillPaid((await runner.drain?.()) ?? NOTHING_PAID);
  if (message !== null) bus.emit({ kind: 'warning', code: 'STILL_PAID', message });
  return message === null;
}

/** Attempts of earlier drivers stop like own ones; nobody hears when, so they are not waited for. */
async function callOffEarlier(
  { engine, bus }: ApplicationEndOptions,
  { status, error, told }: Pick<Ending, 'status' | 'error'> & { readonly told: boolean },
): Promise<'none' | 'told' | 'unreached'> {
  // The data of one that has succeeded goes, which stops them; what another driver may have is that one's.
  if (status === 'succeeded' || errorCode(error) === 'LEASE_LOST') return 'none';
  try {
    const work = await engine.callOffEarlier();
    const message = earlierPaid(work);
    if (told && message !== null) bus.emit({ kind: 'warning', code: 'STILL_PAID', message });
    return work.attempts === 0 ? 'none' : 'told';
  } catch {
    return 'unreached';
  }
}

interface DataEnding extends Omit<Ending, 'running'> {
  /** How long attempts may take to stop; null: some were told to and did not. */
  readonly stopMs: number | null;
}

/** Whoever has taken the application over needs what is committed: only the holder of the lease deletes it, and not before nobody can resume it. */
async function endData(options: ApplicationEndOptions, { status, error, stopMs }: DataEnding): Promise<void> {
  const { appId, stores, journal, bus } = options;
  // Its driver has failed, not the application: whoever takes it over goes on, also where nobody has yet and the fence still holds.
  if (errorCode(error) === 'LEASE_LOST') return;
  try {
    // Else whoever resumes it would wait for them as long as a task may take.
    const outlive = options.runner.capabilities.outlivesDriver === true;
    if (status !== 'succeeded' && outlive && stopMs !== null) await journal.callOff(stopMs);
    await options.record.ended(status, error === null ? null : messageOf(error));
    if (status !== 'succeeded') return;
    await options.engine.tidyDeadLetters();
    await deleteApplicationData(stores, appId, journal.stageIds());
  } catch (failure) {
    // A driver that lost its lease says so itself.
    if (options.lease.lost.aborted && status !== 'succeeded') return;
    bus.emit({ kind: 'warning', code: 'CLEAN_UP', message: messageOf(failure) });
  }
}

function warnOfUnclaimed(bus: EventBus, unclaimed: readonly string[]): void {
  if (unclaimed.length === 0) return;
  const message = `The resumed job did not ask for ${unclaimed.length} actions and steps of its first run: ${unclaimed.slice(0, 3).join(', ')}.`;
  bus.emit({ kind: 'warning', code: 'ACTIONS_NOT_ASKED', message });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stoppedWhileRunning(): LevinError {
  return new LevinError({
    code: 'JOB_CANCELLED',
    fault: 'user',
    message: 'cancelled: the Context was stopped while it ran (is an `await` missing?)',
  });
}
