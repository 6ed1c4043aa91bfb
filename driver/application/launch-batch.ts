import type { Clock } from '../../engine/ports/clock.ts';
import type { SentWith } from '../../engine/types/invocation.ts';
import type { LeftAttempt } from '../journal/journal-entry.ts';

/** One recorded launch: a successor knows what may still be running. */
export interface LaunchRecord {
  readonly stageId: string;
  readonly partition: number;
  readonly attempt: number;
  readonly attemptId: string;
  /** null: it costs nothing. */
  readonly sentWith: SentWith | null;
}

/** Where an attempt is between its launch and its end. */
export interface Sending {
  readonly record: Omit<LaunchRecord, 'sentWith'>;
  /** The last time. */
  sentWith: SentWith | null;
  /** Its launch is in the journal. */
  recorded: boolean;
  /** When it was sent last, on the monotonic clock; null: it was not, or it came back. */
  sentMs: number | null;
}

export interface LaunchBatchOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly recordLaunches: (launches: readonly LaunchRecord[]) => Promise<void>;
  /** The driver cannot go on: it lost its lease, or its journal cannot be written. */
  readonly onFatal: (error: unknown) => void;
}

export interface LaunchBatch {
  /** To be awaited before the attempt is sent, each time; the first time its launch is recorded. Rejects: it is not to be sent. */
  send(sending: Sending, sentWith?: SentWith): Promise<void>;
  /** From here on nothing is sent, and nothing is recorded that was not begun to be. */
  close(): void;
}

/** What an attempt that goes on costs, as the journal has it. */
export function costOf({ sentWith }: Pick<Sending, 'sentWith'>): Pick<LeftAttempt, 'memoryMb' | 'invocation'> {
  if (sentWith === null) return {};
  const { memoryMb, invocation } = sentWith;
  return invocation === null ? { memoryMb } : { memoryMb, invocation };
}

/** Attempts that are sent together: recorded by one write, and all sent or none. */
export function createLaunchBatch({ clock, recordLaunches, onFatal }: LaunchBatchOptions): LaunchBatch {
  let batch: { readonly sending: Sending; readonly ready: PromiseWithResolvers<void> }[] = [];
  let closed = false;

  const flush = async (): Promise<void> => {
    const sent = batch;
    batch = [];
    const refuse = (why: string): void => {
      for (const { ready } of sent) ready.reject(new Error(why));
    };
    // A launch behind the list of those that go on would be taken for one that was made.
    if (closed) return refuse(CLOSED);
    const unrecorded = sent.filter(({ sending }) => !sending.recorded);
    try {
      if (unrecorded.length > 0) await recordLaunches(unrecorded.map(({ sending: { record, sentWith } }) => ({ ...record, sentWith })));
    } catch (error) {
      onFatal(error);
      return refuse('the driver stops');
    }
    // One that was recorded before that list and is not in it was not made.
    if (closed) return refuse(CLOSED);
    for (const { sending, ready } of sent) {
      sending.recorded = true;
      sending.sentMs = clock.monotonic();
      ready.resolve();
    }
  };
  return {
    send(sending, sentWith) {
      sending.sentWith = sentWith ?? null;
      const ready = Promise.withResolvers<void>();
      batch.push({ sending, ready });
      if (batch.length === 1) queueMicrotask(() => void flush());
      return ready.promise;
    },
    close() {
      closed = true;
    },
  };
}

const CLOSED = 'another driver goes on';
