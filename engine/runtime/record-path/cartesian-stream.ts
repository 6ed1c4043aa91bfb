import { END_OF_RECORDS } from '../spill/end-of-records.ts';
import { createRecordSpool } from '../spill/record-spool.ts';
import type { RunCursor } from '../spill/run.ts';
import type { SpillSpace } from '../spill/spill-space.ts';
import { createRecordCursor } from './record-cursor.ts';
import { type Batch, MAX_BATCH, type RecordStream } from './record-stream.ts';

/** Every record of the left with every one of the right; the right partition is held, on disk what does not fit in memory. */
export function cartesianStream(left: RecordStream, right: RecordStream, space: SpillSpace): RecordStream {
  const cursor = createRecordCursor(left);
  const spool = createRecordSpool(space);
  let isEmpty: boolean | null = null;
  let current: { readonly record: unknown; readonly rights: RunCursor } | null = null;

  const load = async (): Promise<void> => {
    if (isEmpty !== null) return;
    for (let batch = await right.pull(MAX_BATCH); batch !== null; batch = await right.pull(MAX_BATCH))
      for (const record of batch) spool.add(record);
    spool.finish();
    isEmpty = spool.array()?.length === 0;
  };
  const pairs = (max: number): Batch => {
    const out: unknown[] = [];
    while (out.length < max) {
      if (current === null) {
        if (cursor.held === 0) break;
        current = { record: cursor.take(1)[0], rights: spool.open() };
      }
      const other = current.rights.next();
      if (other === END_OF_RECORDS) current = null;
      else out.push([current.record, other]);
    }
    return out;
  };
  const next = (max: number): Batch | null | Promise<Batch | null> => {
    if (isEmpty === null) return load().then(() => next(max));
    if (isEmpty) return null;
    for (;;) {
      if (current === null) {
        const waiting = cursor.fill(max);
        if (waiting !== null) return waiting.then(() => next(max));
        if (cursor.ended) return null;
      }
      const out = pairs(max);
      // The last pairs of a record may have been given just before.
      if (out.length > 0) return out;
    }
  };
  return {
    async prepare() {
      await left.prepare();
      await load();
    },
    pull: next,
    async close() {
      spool.drop();
      await left.close();
      await right.close();
    },
  };
}
