import type { ExchangeReadOptions } from '../engine/ports/exchange.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import { decodeBodyLoading } from '../engine/records/decode-body.ts';
import type { PrepareRecords } from '../engine/records/tagged-codec.ts';
import type { MapOutputSlice } from '../engine/types/task.ts';
import { type FetchedSlice, fetchSlice, sliceBytes } from './fetch-slice.ts';

export interface ReadSetup {
  /** Bytes of slices asked for or waiting for the consumer. A larger slice is read alone. */
  readonly maxBytesInFlight: number;
  readonly maxReadsInFlight: number;
  /** Loads what records of classes need. */
  readonly prepare: PrepareRecords;
}

interface Pending {
  readonly byteLength: number;
  readonly fetched: Promise<FetchedSlice>;
}

/**
 * Records of the slices, a block at a time, in the order of the slices. Later slices are read while earlier ones are consumed.
 * When the consumer stops, or a read fails, reads in flight are aborted and waited for.
 */
export async function* readSlices(
  objects: ObjectStore,
  slices: readonly MapOutputSlice[],
  options: ExchangeReadOptions & ReadSetup,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const abort = new AbortController();
  const signal = AbortSignal.any([options.signal, abort.signal]);
  const queue = slices.filter((slice) => sliceBytes(slice) > 0);
  const pending: Pending[] = [];
  const maxBytesInFlight = Math.min(options.maxBytesInFlight, options.memoryBytes);
  let next = 0;
  let bytesInFlight = 0;

  function readAhead(): void {
    while (next < queue.length && pending.length < options.maxReadsInFlight) {
      const slice = queue[next] as MapOutputSlice;
      const byteLength = sliceBytes(slice);
      if (pending.length > 0 && bytesInFlight + byteLength > maxBytesInFlight) return;
      const fetched = fetchSlice(objects, slice, signal);
      // It is awaited in its turn; until then a failure is not unhandled.
      fetched.catch(() => undefined);
      pending.push({ byteLength, fetched });
      bytesInFlight += byteLength;
      next++;
    }
  }

  try {
    for (;;) {
      options.signal.throwIfAborted();
      readAhead();
      const head = pending[0];
      if (head === undefined) return;
      const { bytes, blocks } = await head.fetched;
      for (const block of blocks) {
        options.signal.throwIfAborted();
        const records = await decodeBodyLoading(bytes, block, options);
        options.onRead(block.bodyEnd - block.start, records.length);
        yield records;
      }
      pending.shift();
      bytesInFlight -= head.byteLength;
    }
  } finally {
    abort.abort();
    await Promise.allSettled(pending.map((read) => read.fetched));
  }
}
