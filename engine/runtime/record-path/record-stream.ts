import { heapBytesOf } from '../../records/heap-bytes.ts';
import { END_OF_RECORDS } from '../spill/end-of-records.ts';
import { createRecordSpool, type RecordSpool } from '../spill/record-spool.ts';
import type { SpillSpace } from '../spill/spill-space.ts';

export type Batch = readonly unknown[];

/**
 * The records of one partition of one node, in order, pulled in batches.
 *
 * `pull` gives the next records (never none) or null at the end, and computes at most `max` of them; what lies in memory anyway may come
 * whole. It answers at once when it can, and with a promise only when something has to be awaited. One pull at a time.
 * `prepare` reads and awaits what is needed so that later pulls answer at once: for user code that iterates synchronously.
 * `close` ends the iterators of user functions and what still runs for them; a stream that has ended needs none. It is idempotent.
 */
export interface RecordStream {
  prepare(): Promise<void>;
  pull(max: number): Batch | null | Promise<Batch | null>;
  close(): Promise<void>;
}

/** A stream that comes out of a computation, which runs when its records are first asked for. */
export function computedStream(compute: () => Promise<RecordStream>): RecordStream {
  let computing: Promise<RecordStream> | null = null;
  let stream: RecordStream | null = null;
  const computed = (): Promise<RecordStream> => {
    computing ??= compute().then((made) => {
      stream = made;
      return made;
    });
    return computing;
  };
  return {
    async prepare() {
      await (await computed()).prepare();
    },
    pull: (max) => (stream !== null ? stream.pull(max) : computed().then((made) => made.pull(max))),
    close: async () => await stream?.close(),
  };
}

/** Groups may be large: a pull ends with the record that passes this, by estimate. */
const MAX_PULLED_BYTES = 1_048_576;

/** Records that `next` gives one by one, `END_OF_RECORDS` behind the last. */
export function pulledStream(next: () => unknown, close: () => void): RecordStream {
  let ended = false;
  return {
    prepare: async () => undefined,
    pull(max) {
      const records: unknown[] = [];
      let bytes = 0;
      while (records.length < max && bytes < MAX_PULLED_BYTES && !ended) {
        const record = next();
        if (record === END_OF_RECORDS) {
          ended = true;
          close();
        } else {
          records.push(record);
          bytes += heapBytesOf(record);
        }
      }
      return records.length === 0 ? null : records;
    },
    async close() {
      ended = true;
      close();
    },
  };
}

/** A stream over records that a computation gives whole, when they are first asked for. */
export function lazyStream(compute: () => Promise<Batch>): RecordStream {
  return computedStream(async () => recordsStream(await compute()));
}

/** Records that are there. */
export function recordsStream(records: Batch): RecordStream {
  let left: Batch | null = records.length === 0 ? null : records;
  return {
    prepare: async () => undefined,
    pull() {
      const given = left;
      left = null;
      return given;
    },
    async close() {
      left = null;
    },
  };
}

/** Streams one after the other, each opened when the one before it has ended. */
export function concatStreams(openers: readonly (() => RecordStream)[]): RecordStream {
  const opened: (RecordStream | undefined)[] = [];
  // What has been read is let go, with all that it holds.
  const left: ((() => RecordStream) | undefined)[] = [...openers];
  let at = 0;
  const open = (i: number): RecordStream => {
    opened[i] ??= (left[i] as () => RecordStream)();
    left[i] = undefined;
    return opened[i];
  };
  const goOn = async (first: Promise<Batch | null>, max: number): Promise<Batch | null> => {
    let batch = await first;
    while (batch === null && ++at < left.length) batch = await open(at).pull(max);
    return batch;
  };
  return {
    async prepare() {
      for (let i = at; i < left.length; i += 1) await open(i).prepare();
    },
    pull(max) {
      for (; at < left.length; at += 1) {
        const batch = open(at).pull(max);
        if (batch instanceof Promise) return goOn(batch, max);
        if (batch !== null) return batch;
        opened[at] = undefined;
      }
      return null;
    },
    async close() {
      at = left.length;
      for (const stream of opened.splice(0)) await stream?.close();
    },
  };
}

/**
 * The same stream, but `prepare` reads all of it: for streams whose records have to be awaited one by one. What does not fit in memory
 * goes to disk, from where it can be read without waiting.
 */
export function bufferOnPrepare(stream: RecordStream, space: SpillSpace): RecordStream {
  const spool = createRecordSpool(space);
  let buffered: RecordStream | null = null;
  return {
    async prepare() {
      if (buffered !== null) return;
      for (let batch = await stream.pull(MAX_BATCH); batch !== null; batch = await stream.pull(MAX_BATCH))
        for (const record of batch) spool.add(record);
      spool.finish();
      buffered = spooledStream(spool);
    },
    pull: (max) => (buffered ?? stream).pull(max),
    async close() {
      await buffered?.close();
      await stream.close();
    },
  };
}

function spooledStream(spool: RecordSpool): RecordStream {
  const array = spool.array();
  if (array === null) {
    const cursor = spool.open();
    return pulledStream(
      () => cursor.next(),
      () => spool.drop(),
    );
  }
  const records = recordsStream(array);
  return { ...records, close: async () => spool.drop() };
}

/** Records asked for at once: enough that the cost of a pull is nothing beside them, few enough to stay in the processor's cache. */
export const MAX_BATCH = 1024;
