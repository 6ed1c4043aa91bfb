import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy, sqliteError, storeClosed } from './sqlite-errors.ts';
import type { SqliteTable } from './sqlite-open.ts';

/** One commit carries at most this many writes, so that none waits long for the others. */
const MAX_GROUP = 64;

const LOCK_RETRY_MS = 5;

interface QueuedWrite {
  /** Does the write within the open transaction; gives what tells the caller once that is committed. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

export interface GroupCommit {
  /** Runs `write` inside a transaction; resolves with its result once that transaction is committed. Writes run in the order of the calls. */
  write<R>(write: () => R, signal: AbortSignal | undefined): Promise<R>;
  /** Runs `read` now, on what is committed. */
  read<R>(read: () => R, signal: AbortSignal | undefined): Promise<R>;
  /** Waits for what was asked for before, then closes the table. */
  close(): Promise<void>;
}

export interface LockRules {
  readonly file: string;
  /** How long another process may hold the lock before `STORE_BUSY`. */
  readonly patienceMs: number;
}

/**
 * Puts the writes of one turn of the event loop into one transaction:
 * ```
 * write ─┐
 * write ─┼─▶ queue ──end of the turn──▶ BEGIN IMMEDIATE · run each · COMMIT ──▶ each promise settles
 * write ─┘                 64 at most a transaction; locked by another process: again some ms later
 * ```
 * A turn that is busy gathers more, an idle one commits at once: nobody waits for a timer.
 */
export function createGroupCommit(table: SqliteTable, lock: LockRules): GroupCommit {
  const { file } = lock;
  const queue: QueuedWrite[] = [];
  let draining: Promise<void> | null = null;
  let closed = false;

  const drain = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) await commitGroup(table, lock, queue.splice(0, MAX_GROUP));
    draining = null;
  };

  return {
    async write(run, signal) {
      if (closed) throw storeClosed(file);
      signal?.throwIfAborted();
      return new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal?.reason);
        const settle = (tell: () => void): void => {
          signal?.removeEventListener('abort', onAbort);
          tell();
        };
        const runOne = (): (() => void) => {
          const result = run();
          return () => settle(() => resolve(result));
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        queue.push({ run: runOne, reject: (error) => settle(() => reject(error)), signal });
        draining ??= drain();
      });
    },
    async read(run, signal) {
      if (closed) throw storeClosed(file);
      signal?.throwIfAborted();
      const result = await whenUnlocked(run, lock);
      signal?.throwIfAborted();
      return result;
    },
    async close() {
      if (closed) return;
      closed = true;
      await draining;
      table.close();
    },
  };
}

async function commitGroup(table: SqliteTable, lock: LockRules, group: readonly QueuedWrite[]): Promise<void> {
  const tell: (() => void)[] = [];
  try {
    await whenUnlocked(() => {
      table.begin.run();
    }, lock);
    for (const write of group) {
      // An aborted one was rejected when that happened.
      if (write.signal?.aborted !== true) tell.push(write.run());
    }
    table.commit.run();
  } catch (error) {
    rollBack(table);
    for (const write of group) write.reject(sqliteError(error, lock.file));
    return;
  }
  for (const tellCaller of tell) tellCaller();
}

/** Waits for other processes between turns of the event loop, in which this one goes on. */
async function whenUnlocked<R>(run: () => R, lock: LockRules): Promise<R> {
  const deadline = performance.now() + lock.patienceMs;
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw sqliteError(error, lock.file);
    }
    await sleep(LOCK_RETRY_MS);
  }
}

function rollBack(table: SqliteTable): void {
  try {
    table.rollback.run();
  } catch {
    // SQLite has rolled back by itself, or the transaction never began: the first error tells.
  }
}
