import type { SpillSpace } from '../spill/spill-space.ts';
import type { OperationRef, UserFunction } from '../user-function.ts';
import { partitionIterator } from './partition-iterator.ts';
import { type Batch, bufferOnPrepare, type RecordStream } from './record-stream.ts';
import { describeUserError, notIterable, type TaskPlace } from './user-error.ts';

export interface MapPartitionsOptions {
  readonly fn: UserFunction;
  readonly ref: OperationRef;
  readonly place: TaskPlace;
  /** The node's own partition, for mapPartitionsWithIndex; null does not pass it. */
  readonly index: number | null;
  readonly spill: SpillSpace;
}

type Records =
  | { readonly kind: 'sync'; readonly iterator: Iterator<unknown> }
  | { readonly kind: 'async'; readonly iterator: AsyncIterator<unknown> };

/**
 * A user function over the iterators of its partition, one for each input: called once, at the first pull, also when the partition is empty.
 *
 * The user's iterator is synchronous, so the input is prepared before the call: whatever has to be awaited is read first. What only has
 * to be computed is computed when the user pulls it.
 */
export function mapPartitionsStream(inputs: readonly RecordStream[], { fn, ref, place, index, spill }: MapPartitionsOptions): RecordStream {
  let started: Promise<void> | null = null;
  let records: Records | null = null;
  let failure: { readonly error: unknown } | null = null;
  let ended = false;

  const begin = async (): Promise<void> => {
    for (const input of inputs) await input.prepare();
    const iterators = inputs.map((input) => partitionIterator(input, ref, place));
    try {
      const returned = index === null ? fn(...iterators) : fn(index, ...iterators);
      const result = returned instanceof Promise ? await returned : returned;
      records = recordsOf(result);
      if (records === null) throw notIterable(result, ref, place);
    } catch (error) {
      throw describeUserError(error, ref, place);
    }
  };

  /** A failure after some records: they are given first. */
  const failed = (error: unknown, out: Batch): Batch => {
    ended = true;
    failure = { error: describeUserError(error, ref, place) };
    if (out.length > 0) return out;
    throw failure.error;
  };
  const end = (out: Batch): Batch | null => {
    ended = true;
    return out.length > 0 ? out : null;
  };

  const pullSync = (iterator: Iterator<unknown>, max: number): Batch | null => {
    const out: unknown[] = [];
    try {
      while (out.length < max) {
        const next = iterator.next();
        if (next.done) return end(out);
        out.push(next.value);
      }
    } catch (error) {
      return failed(error, out);
    }
    return out;
  };
  const pullAsync = async (iterator: AsyncIterator<unknown>, max: number): Promise<Batch | null> => {
    const out: unknown[] = [];
    try {
      while (out.length < max) {
        const next = await iterator.next();
        if (next.done) return end(out);
        out.push(next.value);
      }
    } catch (error) {
      return failed(error, out);
    }
    return out;
  };

  const stream: RecordStream = {
    prepare: () => {
      started ??= begin();
      return started;
    },
    pull(max) {
      if (failure !== null) throw failure.error;
      if (ended) return null;
      if (records === null) return stream.prepare().then(() => stream.pull(max));
      return records.kind === 'sync' ? pullSync(records.iterator, max) : pullAsync(records.iterator, max);
    },
    async close() {
      const open = ended ? null : records;
      ended = true;
      try {
        await open?.iterator.return?.();
      } catch (error) {
        throw describeUserError(error, ref, place);
      } finally {
        for (const input of inputs) await input.close();
      }
    },
  };
  return bufferWhenAsync(stream, spill, () => records?.kind === 'async');
}

/** An async generator's records are awaited one by one: who iterates over them synchronously must have them before. */
function bufferWhenAsync(stream: RecordStream, spill: SpillSpace, isAsync: () => boolean): RecordStream {
  const buffered = bufferOnPrepare(stream, spill);
  return {
    async prepare() {
      await stream.prepare();
      if (isAsync()) await buffered.prepare();
    },
    pull: (max) => buffered.pull(max),
    close: () => buffered.close(),
  };
}

function recordsOf(result: unknown): Records | null {
  if (result === null || result === undefined) return null;
  const iterable = result as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  if (typeof iterable[Symbol.asyncIterator] === 'function') {
    return { kind: 'async', iterator: (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]() };
  }
  if (typeof iterable[Symbol.iterator] !== 'function') return null;
  return { kind: 'sync', iterator: (iterable as Iterable<unknown>)[Symbol.iterator]() };
}
