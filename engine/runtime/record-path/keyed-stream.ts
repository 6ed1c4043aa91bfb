import { END_OF_RECORDS } from '../spill/end-of-records.ts';
import type { KeyedPiece, MarkPolicy } from '../spill/keyed-runs.ts';
import type { RunCursor } from '../spill/run.ts';
import type { SpillingTable } from '../spill/spilling-table.ts';
import { pulledStream, type RecordStream } from './record-stream.ts';

export interface KeyedStreamOptions {
  /** The records of a key that is in memory; asked in the order of places, each once. */
  readonly recordsOf: (key: unknown, place: number) => readonly unknown[];
  /** The records of keys on disk: pulled, `END_OF_RECORDS` behind the last. */
  readonly fromPieces: (pieces: RunCursor) => () => unknown;
  readonly policy?: MarkPolicy;
}

/** What a table holds, as a stream: keys in order of first appearance, whether it ever spilled or not. */
export function keyedStream(spilling: SpillingTable, { recordsOf, fromPieces, policy = 'all' }: KeyedStreamOptions): RecordStream {
  const { table, runs } = spilling;
  if (runs.isEmpty) return keysStream(table.keys, recordsOf);
  spilling.spill();
  return pulledStream(fromPieces(runs.inOrder(policy)), () => runs.drop());
}

function keysStream(keys: readonly unknown[], recordsOf: KeyedStreamOptions['recordsOf']): RecordStream {
  let left: readonly unknown[] = keys;
  let place = 0;
  return {
    prepare: async () => undefined,
    pull(max) {
      const records: unknown[] = [];
      for (; place < left.length && records.length < max; place += 1) {
        for (const record of recordsOf(left[place], place)) records.push(record);
      }
      return records.length === 0 ? null : records;
    },
    async close() {
      left = [];
    },
  };
}

/** The pieces of each key put together again, one record a key. */
export function assembled<T>(
  pieces: RunCursor,
  {
    start,
    add,
    finish,
  }: {
    readonly start: (key: unknown) => T;
    readonly add: (group: T, key: unknown, piece: unknown) => T;
    readonly finish: (key: unknown, group: T) => unknown;
  },
): () => unknown {
  let next: unknown = pieces.next();
  return () => {
    if (next === END_OF_RECORDS) return END_OF_RECORDS;
    const [seq, key] = next as KeyedPiece;
    let group = start(key);
    while (next !== END_OF_RECORDS && (next as KeyedPiece)[0] === seq) {
      group = add(group, key, (next as KeyedPiece)[2]);
      next = pieces.next();
    }
    return finish(key, group);
  };
}
