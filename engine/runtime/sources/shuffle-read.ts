import type { Exchange } from '../../ports/exchange.ts';
import type { MapOutputSlice } from '../../types/task.ts';
import { type Batch, bufferOnPrepare, type RecordStream } from '../record-path/record-stream.ts';
import type { SpillSpace } from '../spill/spill-space.ts';

export interface ShuffleReadOptions {
  readonly exchange: Exchange;
  readonly memoryBytes: number;
  readonly spill: SpillSpace;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number, records: number) => void;
}

/** The records of one reducer partition, blocks in map order. `locate` finds out where they are when the first is asked for. */
export function shuffleReadStream(locate: () => Promise<readonly MapOutputSlice[]>, options: ShuffleReadOptions): RecordStream {
  let batches: AsyncIterator<readonly unknown[]> | null = null;
  let ended = false;

  const open = async (): Promise<AsyncIterator<readonly unknown[]>> => {
    const { exchange, memoryBytes, signal, onRead } = options;
    return exchange.read(await locate(), { memoryBytes, signal, onRead })[Symbol.asyncIterator]();
  };
  const stream: RecordStream = {
    prepare: async () => undefined,
    async pull(): Promise<Batch | null> {
      batches ??= await open();
      while (!ended) {
        const next = await batches.next();
        if (next.done) ended = true;
        else if (next.value.length > 0) return next.value;
      }
      return null;
    },
    async close() {
      if (!ended) await batches?.return?.();
      ended = true;
    },
  };
  return bufferOnPrepare(stream, options.spill);
}
