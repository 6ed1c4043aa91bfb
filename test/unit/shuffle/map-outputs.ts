import type { PartitionerSpec } from '../../../engine/plan/stage-plan.ts';
import type { Combiner, Exchange, ExchangeOutput } from '../../../engine/ports/exchange.ts';
import type { MapOutputSlice } from '../../../engine/types/task.ts';
import { AMPLE_MEMORY, memoryScratch } from '../../support/task-memory.ts';

export interface WriteOptions {
  readonly partitioner: PartitionerSpec;
  readonly bounds?: readonly unknown[];
  readonly combine?: Combiner | null;
  readonly seed?: number;
  readonly memoryBytes?: number;
}

const never = new AbortController().signal;

/** Writes what one map task gives, under the key `map-<index>`. */
export async function writeMapOutput(
  exchange: Exchange,
  map: { readonly index: number; readonly records: readonly unknown[] },
  options: WriteOptions,
): Promise<ExchangeOutput> {
  const { partitioner, bounds = [], combine = null, seed = 0, memoryBytes = AMPLE_MEMORY.executionBytes } = options;
  const writer = exchange.openWriter({
    key: `map-${map.index}`,
    partitioner,
    bounds,
    combine,
    scratch: memoryScratch(),
    memoryBytes,
    seed,
    signal: never,
  });
  for (const record of map.records) writer.write(record);
  return await writer.finish();
}

/** What a reducer of the partitions `[start, end)` gets for these outputs, map i being task i of stage `s`. */
export function slicesOf(outputs: readonly ExchangeOutput[], start: number, end: number): MapOutputSlice[] {
  return outputs.map((output, mapPartition) => ({
    stageId: 's',
    mapPartition,
    generation: 3,
    key: output.key,
    offsets: output.offsets.slice(start, end + 1),
  }));
}

export interface ReadOutcome {
  readonly batches: readonly (readonly unknown[])[];
  readonly records: readonly unknown[];
  readonly bytes: number;
  readonly recordCount: number;
}

export async function readAll(exchange: Exchange, slices: readonly MapOutputSlice[], signal: AbortSignal = never): Promise<ReadOutcome> {
  const batches: (readonly unknown[])[] = [];
  let bytes = 0;
  let recordCount = 0;
  const onRead = (byteCount: number, records: number): void => {
    bytes += byteCount;
    recordCount += records;
  };
  for await (const batch of exchange.read(slices, { signal, memoryBytes: AMPLE_MEMORY.readAheadBytes, onRead })) batches.push(batch);
  return { batches, records: batches.flat(1), bytes, recordCount };
}
