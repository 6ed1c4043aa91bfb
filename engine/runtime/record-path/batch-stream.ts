import { type Batch, MAX_BATCH, type RecordStream } from './record-stream.ts';

/** What becomes of the next records of a partition; called in order, it may keep state. */
export type BatchTransform = (batch: Batch) => Batch;

/** A stream whose batches go through a function of our own; empty ones are skipped. */
export function batchStream(input: RecordStream, transform: BatchTransform): RecordStream {
  const goOn = async (first: Promise<Batch | null>, max: number): Promise<Batch | null> => {
    for (let batch = await first; batch !== null; batch = await input.pull(max)) {
      const out = transform(batch);
      if (out.length > 0) return out;
    }
    return null;
  };
  return {
    prepare: () => input.prepare(),
    pull(asked) {
      let max = asked;
      for (;;) {
        const batch = input.pull(max);
        if (batch instanceof Promise) return goOn(batch, max);
        if (batch === null) return null;
        const out = transform(batch);
        if (out.length > 0) return out;
        // Nothing came of these few: do not go on one by one.
        max = Math.min(max * 2, MAX_BATCH);
      }
    },
    close: () => input.close(),
  };
}
