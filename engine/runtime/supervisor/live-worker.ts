import type { BroadcastRef } from '../../types/broadcast.ts';
import type { TaskFailure } from '../../types/failure.ts';
import { failureOf } from '../worker/task-failure.ts';
import {
  type BroadcastAnswer,
  CLAIM_STARTED,
  CLAIM_TAKEN,
  CLAIM_WAITING,
  type FromWorker,
  type PreparedOutput,
} from '../worker/worker-protocol.ts';
import type { Attempt } from './attempt.ts';
import type { SpawnWorker, WorkerActivity, WorkerEnd, WorkerHandle } from './worker-handle.ts';

/** What one worker tells about the attempts it was sent. */
export interface LiveWorkerEvents {
  onStarted(attempt: Attempt): void;
  onPrepared(attempt: Attempt, prepared: PreparedOutput): void;
  onFailed(attempt: Attempt, failure: TaskFailure, tainted: boolean): void;
  /** A task of the worker needs a broadcast. */
  onBroadcast(appId: string, ref: BroadcastRef): Promise<Uint8Array>;
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
  const sent = createSentTasks();
  const status = { ready: false, muted: false, exit: null as LiveWorker['exit'] };

  const answer = async ({ ask, appId, ref }: Extract<FromWorker, { kind: 'broadcast' }>): Promise<void> => {
    const given: BroadcastAnswer = await events.onBroadcast(appId, ref).then(
      (bytes) => ({ bytes }),
      (error: unknown) => ({ failure: failureOf(error, 'internal') }),
    );
    if (!status.muted) handle.post({ kind: 'broadcast', ask, answer: given });
  };
  const handle = spawn({
    onMessage(message) {
      if (status.muted) return;
      if (message.kind === 'ready') status.ready = true;
      else if (message.kind === 'broadcast') void answer(message);
      else if (message.kind === 'exiting') status.exit = { code: message.code, stack: message.stack };
      else {
        const entry = sent.byId(message.id);
        if (entry === undefined) return;
        if (message.kind === 'started') entry.before = handle.activity();
        else if (message.kind !== 'log') sent.forget(entry);
        tell(events, entry.attempt, message);
      }
    },
    onEnd(end) {
      if (status.muted) return;
      status.muted = true;
      events.onEnd(end);
    },
  });

  return {
    handle,
    get ready() {
      return status.ready;
    },
    get exit() {
      return status.exit;
    },
    send(attempt) {
      const { id, claim } = sent.add(attempt);
      handle.post({ kind: 'task', id, claim, spec: attempt.spec });
    },
    takeBack: (attempt) => sent.takeBack(attempt),
    has: (attempt) => sent.of(attempt) !== undefined,
    cancel(attempt) {
      const entry = sent.of(attempt);
      if (entry !== undefined) handle.post({ kind: 'cancel', id: entry.id });
    },
    started: () => sent.started(),
    busyShare(attempt) {
      const before = sent.of(attempt)?.before ?? NO_ACTIVITY;
      const now = handle.activity();
      const active = now.activeMs - before.activeMs;
      return active / Math.max(1, active + now.idleMs - before.idleMs);
    },
    mute() {
      status.muted = true;
    },
  };
}

function tell(events: LiveWorkerEvents, attempt: Attempt, message: Exclude<FromWorker, { kind: 'ready' | 'exiting' | 'broadcast' }>): void {
  switch (message.kind) {
    case 'started':
      events.onStarted(attempt);
      break;
    case 'log':
      attempt.event({ kind: 'log', level: message.level, text: message.text });
      break;
    case 'prepared':
      attempt.requests = message.requests ?? null;
      events.onPrepared(attempt, message.prepared);
      break;
    case 'failed':
      attempt.requests = message.requests ?? null;
      events.onFailed(attempt, message.failure, message.tainted);
      break;
    case 'skipped':
      break;
  }
}

interface SentTasks {
  add(attempt: Attempt): Sent;
  byId(id: number): Sent | undefined;
  of(attempt: Attempt): Sent | undefined;
  takeBack(attempt: Attempt): boolean;
  forget(entry: Sent): void;
  started(): readonly Attempt[];
}

/** A piece of shared memory costs more to hand over than the task itself. */
const CLAIMS_AT_ONCE = 128;

function createClaims(): () => Int32Array {
  let shared = new SharedArrayBuffer(0);
  let used = 0;
  return () => {
    if (used === shared.byteLength) {
      shared = new SharedArrayBuffer(CLAIMS_AT_ONCE * Int32Array.BYTES_PER_ELEMENT);
      used = 0;
    }
    const claim = new Int32Array(shared, used, 1);
    used += Int32Array.BYTES_PER_ELEMENT;
    return claim;
  };
}

function createSentTasks(): SentTasks {
  /** What was taken back stays until the worker has skipped it: the attempt may be sent to it once more. */
  const byId = new Map<number, Sent>();
  const byAttempt = new Map<Attempt, Sent>();
  const newClaim = createClaims();
  let nextId = 0;
  return {
    add(attempt) {
      const entry: Sent = { id: nextId++, attempt, claim: newClaim(), before: NO_ACTIVITY };
      byId.set(entry.id, entry);
      byAttempt.set(attempt, entry);
      return entry;
    },
    byId: (id) => byId.get(id),
    of: (attempt) => byAttempt.get(attempt),
    takeBack(attempt) {
      const entry = byAttempt.get(attempt);
      if (entry === undefined || Atomics.compareExchange(entry.claim, 0, CLAIM_WAITING, CLAIM_TAKEN) !== CLAIM_WAITING) return false;
      return byAttempt.delete(attempt);
    },
    forget(entry) {
      byId.delete(entry.id);
      if (byAttempt.get(entry.attempt) === entry) byAttempt.delete(entry.attempt);
    },
    started: () => [...byAttempt.values()].filter(({ claim }) => Atomics.load(claim, 0) === CLAIM_STARTED).map(({ attempt }) => attempt),
  };
}
