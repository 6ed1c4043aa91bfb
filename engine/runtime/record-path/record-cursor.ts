import { type Batch, MAX_BATCH, type RecordStream } from './record-stream.ts';

/** The next records of a stream, held until they are taken. */
export interface RecordCursor {
  /** Records that can be taken at once. */
  readonly held: number;
  readonly ended: boolean;
  /** Sees to it that some are held, unless the stream has ended. */
  fill(max: number): Promise<void> | null;
  take(count: number): Batch;
}

export function createRecordCursor(stream: RecordStream): RecordCursor {
  let batch: Batch = [];
  let at = 0;
  let ended = false;
  const accept = (next: Batch | null): void => {
    ended = next === null;
    batch = next ?? [];
    at = 0;
  };
  return {
    get held() {
      return batch.length - at;
    },
    get ended() {
      return ended;
    },
    fill(max) {
      if (at < batch.length || ended) return null;
      const next = stream.pull(Math.min(max, MAX_BATCH));
      if (next instanceof Promise) return next.then(accept);
      accept(next);
      return null;
    },
    take(count) {
      const taken = batch.slice(at, at + count);
      at += taken.length;
      return taken;
    },
  };
}
