import type { TaskFailure } from '../../types/failure.ts';
import { CLAIM_STARTED, CLAIM_TAKEN, CLAIM_WAITING, type FromWorker, type PreparedOutput } from '../worker/worker-protocol.ts';
import type { Attempt } from './attempt.ts';
import type { SpawnWorker, WorkerActivity, WorkerEnd, WorkerHandle } from './worker-handle.ts';

/** What one worker tells about the attempts it was sent. */
export interface LiveWorkerEvents {
  onStarted(attempt: Attempt): void;
  onPrepared(attempt: Attempt, prepared: PreparedOutput): void;
  onFailed(attempt: Attempt, failure: TaskFailure, tainted: boolean): void;
  /** Once; nothing comes after it. */
  onEnd(end: WorkerEnd): void;
}

/** A worker that is up or starting, and the attempts it was sent. */
export interface LiveWorker {
  readonly handle: WorkerHandle;
  /** It has reported that its entry module runs. */
  readonly ready: boolean;
  /** Set when user code called `process.exit`. */
  readonly exit: { readonly code: number; readonly stack: string | null } | null;
  send(attempt: Attempt): void;
  /** True: the attempt has not started and will not. */
  takeBack(attempt: Attempt): boolean;
  /** The attempt was sent here and is neither done nor taken back. */
  has(attempt: Attempt): boolean;
  cancel(attempt: Attempt): void;
  /** Attempts that have begun: by shared memory, so also when the worker died before it could say so. */
  started(): readonly Attempt[];
  /** Share of the time since the attempt began that the worker computed, 0 to 1. */
  busyShare(attempt: Attempt): number;
  /** Ignores everything that the worker still says. */
  mute(): void;
}

interface Sent {
  readonly id: number;
  readonly attempt: Attempt;
  readonly claim: Int32Array;
  /** When the attempt started. */
  before: WorkerActivity;
}

const NO_ACTIVITY: WorkerActivity = { activeMs: 0, idleMs: 0 };

export function startLiveWorker(spawn: SpawnWorker, events: LiveWorkerEvents): LiveWorker {
  /** By message id; what was taken back stays until the worker has skipped it. */
  const byId = new Map<number, Sent>();
  const byAttempt = new Map<Attempt, Sent>();
  let nextId = 0;
  let muted = false;
  let ready = false;
  let exit: LiveWorker['exit'] = null;

  const forget = (entry: Sent): void => {
    byId.delete(entry.id);
    if (byAttempt.get(entry.attempt) === entry) byAttempt.delete(entry.attempt);
  };

  const onTaskMessage = (entry: Sent, message: Exclude<FromWorker, { kind: 'ready' | 'exiting' }>): void => {
    const { attempt } = entry;
    switch (message.kind) {
      case 'started':
        entry.before = handle.activity();
        events.onStarted(attempt);
        break;
      case 'log':
        attempt.event({ kind: 'log', level: message.level, text: message.text });
        break;
      case 'skipped':
        forget(entry);
        break;
      case 'prepared':
        forget(entry);
        events.onPrepared(attempt, message.prepared);
        break;
      case 'failed':
        forget(entry);
        events.onFailed(attempt, message.failure, message.tainted);
        break;
    }
  };

  const handle = spawn({
    onMessage(message) {
      if (muted) return;
      if (message.kind === 'ready') ready = true;
      else if (message.kind === 'exiting') exit = { code: message.code, stack: message.stack };
      else {
        const entry = byId.get(message.id);
        if (entry !== undefined) onTaskMessage(entry, message);
      }
    },
    onEnd: (end) => {
      if (muted) return;
      muted = true;
      events.onEnd(end);
    },
  });

  return {
    handle,
    get ready() {
      return ready;
    },
    get exit() {
      return exit;
    },
    send(attempt) {
      const entry: Sent = { id: nextId++, attempt, claim: new Int32Array(new SharedArrayBuffer(4)), before: NO_ACTIVITY };
      byId.set(entry.id, entry);
      byAttempt.set(attempt, entry);
      handle.post({ kind: 'task', id: entry.id, claim: entry.claim, spec: attempt.spec });
    },
    takeBack(attempt) {
      const entry = byAttempt.get(attempt);
      if (entry === undefined) return false;
      if (Atomics.compareExchange(entry.claim, 0, CLAIM_WAITING, CLAIM_TAKEN) !== CLAIM_WAITING) return false;
      byAttempt.delete(attempt);
      return true;
    },
    has: (attempt) => byAttempt.has(attempt),
    cancel(attempt) {
      const entry = byAttempt.get(attempt);
      if (entry !== undefined) handle.post({ kind: 'cancel', id: entry.id });
    },
    started: () => [...byAttempt.values()].filter(({ claim }) => Atomics.load(claim, 0) === CLAIM_STARTED).map(({ attempt }) => attempt),
    busyShare(attempt) {
      const before = byAttempt.get(attempt)?.before ?? NO_ACTIVITY;
      const now = handle.activity();
      const active = now.activeMs - before.activeMs;
      return active / Math.max(1, active + now.idleMs - before.idleMs);
    },
    mute() {
      muted = true;
    },
  };
}
