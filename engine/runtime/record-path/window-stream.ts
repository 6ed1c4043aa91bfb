import type { BadRecords } from '../bad-records.ts';
import type { SpillSpace } from '../spill/spill-space.ts';
import type { UserFunction } from '../user-function.ts';
import { endingAtFailure } from './open-iterator.ts';
import { type Batch, bufferOnPrepare, MAX_BATCH, type RecordStream } from './record-stream.ts';
import type { Step } from './step.ts';
import { describeUserError, notAPair, type TaskPlace } from './user-error.ts';

export interface WindowOptions {
  readonly step: Extract<Step, { readonly fn: number }>;
  readonly fn: UserFunction;
  readonly place: TaskPlace;
  readonly signal: AbortSignal;
  /** Takes in records that the function fails on; null: the first one ends the stream. */
  readonly badRecords: BadRecords | null;
  readonly spill: SpillSpace;
}

interface Entry {
  readonly record: unknown;
  state: 'pending' | 'ok' | 'failed' | 'left out';
  result: unknown;
}

/** Results that may wait for an earlier, slower one. */
const MAX_WAITING = MAX_BATCH;

/**
 * One step whose function may have several promises in flight: at most `step.concurrency`, results in the order of the records.
 *
 * ```
 *   input ─▶ [ e7 pending | e6 ok | e5 pending | e4 ok ] ─▶ output      pending ≤ concurrency
 * ```
 */
export function windowStream(input: RecordStream, { step, fn, place, signal, spill, badRecords }: WindowOptions): RecordStream {
  const queue: Entry[] = [];
  const inFlight = new Set<Promise<void>>();
  let records: Batch = [];
  let at = 0;
  let pulling = false;
  let ended = false;
  let failed = false;
  let wake: () => void = () => undefined;

  const accept = (batch: Batch | null): void => {
    records = batch ?? [];
    at = 0;
    ended ||= batch === null;
  };
  const failInput = (error: unknown): void => {
    failed = true;
    queue.push({ record: undefined, state: 'failed', result: error });
  };

  const pullInput = (): void => {
    try {
      const next = input.pull(step.concurrency);
      if (!(next instanceof Promise)) {
        accept(next);
        return;
      }
      pulling = true;
      void next.then(accept, failInput).finally(() => {
        pulling = false;
        wake();
      });
    } catch (error) {
      failInput(error);
    }
  };

  const start = (record: unknown): void => {
    const entry: Entry = { record, state: 'pending', result: undefined };
    queue.push(entry);
    const settle = (how: 'ok' | 'failed', value: unknown): void => {
      const [state, result] = how === 'ok' || badRecords === null ? [how, value] : leaveOut(entry, value);
      entry.state = state;
      failed ||= state === 'failed';
      if (state === 'ok' && step.flattens === true && badRecords !== null) {
        entry.result = endingAtFailure(result, (thrown) => badRecords.leaveOut({ record, thrown, ref: step.ref }));
      } else entry.result = state !== 'failed' ? result : describeUserError(result, step.ref, place);
    };
    try {
      const result = fn(argumentOf(step, record, place));
      if (!(result instanceof Promise)) {
        settle('ok', result);
        return;
      }
      const end = (state: 'ok' | 'failed', value: unknown): void => {
        inFlight.delete(settled);
        settle(state, value);
        wake();
      };
      const settled: Promise<void> = result.then(
        (value) => end('ok', value),
        (error: unknown) => end('failed', error),
      );
      inFlight.add(settled);
    } catch (error) {
      settle('failed', error);
    }
  };

  /** In place of the failure: that it was taken in, or why it could not be. */
  const leaveOut = ({ record }: Entry, thrown: unknown): readonly ['failed' | 'left out', unknown] => {
    try {
      badRecords?.leaveOut({ record, thrown, ref: step.ref });
      return ['left out', undefined];
    } catch (error) {
      return ['failed', error];
    }
  };

  const fill = (): void => {
    while (inFlight.size < step.concurrency && queue.length < MAX_WAITING && !pulling && !failed) {
      if (at < records.length) start(records[at++]);
      else if (ended) return;
      else pullInput();
    }
  };

  /** Results at the head of the queue, up to the first that is pending. */
  const take = (max: number): unknown[] => {
    const out: unknown[] = [];
    let taken = 0;
    for (const entry of queue) {
      if (entry.state === 'pending' || out.length >= max) break;
      if (entry.state === 'failed') {
        if (out.length > 0) break;
        throw entry.result;
      }
      taken += 1;
      if (entry.state === 'ok') emit(step, entry, out);
    }
    queue.splice(0, taken);
    return out;
  };

  const next = async (max: number): Promise<Batch | null> => {
    for (;;) {
      fill();
      const out = take(max);
      if (out.length > 0) return out;
      if (queue.length === 0 && ended && at >= records.length) return null;
      if (queue[0]?.state === 'pending' || (queue.length === 0 && pulling)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  };

  const stream: RecordStream = {
    prepare: async () => undefined,
    pull: next,
    async close() {
      ended = true;
      records = [];
      await settledOrAborted([...inFlight], signal);
      await input.close();
    },
  };
  return bufferOnPrepare(stream, spill);
}

function argumentOf(step: Step, record: unknown, place: TaskPlace): unknown {
  if (step.kind !== 'callValue') return record;
  if (!Array.isArray(record) || record.length !== 2) throw notAPair(record, step.ref, place);
  return record[1];
}

function emit(step: Step, { record, result }: Entry, out: unknown[]): void {
  if (step.kind === 'call') out.push(result);
  else if (step.kind === 'callValue') out.push([(record as readonly unknown[])[0], result]);
  else if (step.kind === 'filter' && result) out.push(record);
}

/** What was started is waited for, so that nothing of a failed attempt runs beside the next one; unless the attempt was aborted. */
async function settledOrAborted(running: readonly Promise<void>[], signal: AbortSignal): Promise<void> {
  if (running.length === 0 || signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const onAbort = (): void => aborted.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([Promise.all(running), aborted.promise]);
  signal.removeEventListener('abort', onAbort);
}
