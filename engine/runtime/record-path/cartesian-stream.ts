import { createRecordCursor } from './record-cursor.ts';
import { type Batch, MAX_BATCH, type RecordStream } from './record-stream.ts';

/** Every record of the left with every one of the right; the right partition is held in memory. */
export function cartesianStream(left: RecordStream, right: RecordStream): RecordStream {
  const cursor = createRecordCursor(left);
  let rights: readonly unknown[] | null = null;
  let current: { readonly record: unknown; at: number } | null = null;

  const load = async (): Promise<void> => {
    if (rights !== null) return;
    const all: unknown[] = [];
    for (let batch = await right.pull(MAX_BATCH); batch !== null; batch = await right.pull(MAX_BATCH))
      for (const record of batch) all.push(record);
    rights = all;
  };
  const pairs = (all: readonly unknown[], max: number): Batch => {
    const out: unknown[] = [];
    while (out.length < max) {
      if (current === null) {
        if (cursor.held === 0) break;
        current = { record: cursor.take(1)[0], at: 0 };
      }
      const { record } = current;
      const end = Math.min(all.length, current.at + max - out.length);
      for (; current.at < end; current.at += 1) out.push([record, all[current.at]]);
      if (current.at >= all.length) current = null;
    }
    return out;
  };
  const next = (max: number): Batch | null | Promise<Batch | null> => {
    if (rights === null) return load().then(() => next(max));
    if (rights.length === 0) return null;
    if (current === null) {
      const waiting = cursor.fill(max);
      if (waiting !== null) return waiting.then(() => next(max));
      if (cursor.ended) return null;
    }
    return pairs(rights, max);
  };
  return {
    async prepare() {
      await left.prepare();
      await load();
    },
    pull: next,
    async close() {
      await left.close();
      await right.close();
    },
  };
}
