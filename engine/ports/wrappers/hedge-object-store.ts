import type { Clock } from '../clock.ts';
import type { ObjectInfo, ObjectStore } from '../object-store.ts';
import { createExtraRequests, type ExtraRequests } from './extra-requests.ts';
import { createLatencyModel, type LatencyModel, type LatencyModelOptions, OBJECT_LATENCY } from './latency-model.ts';
import { raceLate } from './race-late.ts';

export interface ReadHedge {
  readonly ranges: LatencyModel;
  readonly wholes: LatencyModel;
  readonly heads: LatencyModel;
  readonly extra: ExtraRequests;
}

/** What a process learns of one service's reads; all its stores share it. `share`: of reads that may be asked again. */
export function createReadHedge({
  share = 0.01,
  latency = OBJECT_LATENCY,
}: {
  share?: number;
  latency?: LatencyModelOptions;
} = {}): ReadHedge {
  return {
    ranges: createLatencyModel(latency),
    wholes: createLatencyModel(latency),
    heads: createLatencyModel(latency),
    extra: createExtraRequests(share),
  };
}

/**
 * Asks again for a read that is late, and takes the first answer: of many requests to S3 a few take a hundred times as long as the others, and no
 * second request for the same bytes does. Writes, lists and deletes pass as they are.
 *
 * The size of a whole object is not known before it is there: whether it is late is learned from other whole objects, whatever their sizes.
 */
export function hedgeObjectStore(
  store: ObjectStore,
  { clock, hedge }: { clock: Pick<Clock, 'sleep' | 'monotonic'>; hedge: ReadHedge },
): ObjectStore {
  const read = <T extends Uint8Array | ObjectInfo>(
    model: LatencyModel,
    bytes: number,
    { signal, ask }: { signal: AbortSignal | undefined; ask: (signal: AbortSignal) => Promise<T> },
  ): Promise<T> => {
    hedge.extra.earn();
    return raceLate({
      clock,
      signal,
      ask,
      lateMs: model.lateMs(bytes),
      mayAskAgain: hedge.extra.spend,
      onEnd: (ms) => model.observe(ms, bytes),
    });
  };
  return {
    ...store,
    get: (key, options) => read(hedge.wholes, 0, { signal: options?.signal, ask: (signal) => store.get(key, { ...options, signal }) }),
    getRange: (key, start, end, options) =>
      read(hedge.ranges, Math.max(0, end - start) || 0, {
        signal: options?.signal,
        ask: (signal) => store.getRange(key, start, end, { ...options, signal }),
      }),
    head: (key, options) => read(hedge.heads, 0, { signal: options?.signal, ask: (signal) => store.head(key, { signal }) }),
  };
}
