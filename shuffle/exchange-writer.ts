import { LevinError } from '../engine/errors/levin-error.ts';
import type { Combiner, ExchangeWriter, ExchangeWriterOptions } from '../engine/ports/exchange.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { BlockCompression } from '../engine/records/compress-block.ts';
import { describeValue } from '../engine/records/describe-value.ts';
import { heapBytesOf } from '../engine/records/heap-bytes.ts';
import { createKeyTable, KEY_ENTRY_BYTES, NO_PLACE } from '../engine/records/key-table.ts';
import { createSizeTracker } from '../engine/records/size-tracker.ts';
import { assembleMapOutput } from './assemble-map-output.ts';
import { createPartitionBuffers, type PartitionBuffers } from './partition-buffers.ts';
import { createPartitioner, type Partitioner } from './partitioners.ts';

export interface WriterLimits {
  /** A block is sealed when it has this many bytes. */
  readonly blockBytes: number;
  readonly compression: BlockCompression;
}

/** Where records go before the object is put together. */
interface RecordIntake {
  write(record: unknown): void;
  /** Writes what is still held back. */
  flush(): void;
  /** Records handed to the partition buffers. */
  count(): number;
}

/**
 * Writes a map task's records as one object with all reducer partitions in order (map-output-format.ts).
 * Records are encoded as they come; nothing is stored before `finish`.
 */
export function openExchangeWriter(objects: ObjectStore, options: ExchangeWriterOptions, limits: WriterLimits): ExchangeWriter {
  const { partitioner: spec, combine } = options;
  const partitionOf = createPartitioner(spec, options);
  const tableBytes = combine === null ? 0 : Math.floor(options.memoryBytes / 2);
  const buffers = createPartitionBuffers(spec.numPartitions, { ...limits, memoryBytes: options.memoryBytes - tableBytes }, options.scratch);
  const intake =
    combine !== null
      ? combining(combine, { buffers, partitionOf, tableBytes })
      : spec.kind === 'roundRobin' || spec.kind === 'gather'
        ? dealing(buffers, partitionOf)
        : byKey(buffers, partitionOf);
  return {
    write: (record) => intake.write(record),
    async finish() {
      intake.flush();
      const output = buffers.finish();
      const { body, offsets, checksum } = assembleMapOutput(output);
      await objects.put(options.key, body, { signal: options.signal });
      return {
        key: options.key,
        offsets,
        checksum,
        records: intake.count(),
        bytes: body.byteLength,
        spills: output.spilled.runCount,
        memoryBytesSpilled: buffers.memoryBytesSpilled,
        diskBytesSpilled: output.spilled.totalBytes,
      };
    },
  };
}

function dealing(buffers: PartitionBuffers, partitionOf: Partitioner): RecordIntake {
  let records = 0;
  return {
    write(record) {
      buffers.push(partitionOf(record), record);
      records++;
    },
    flush: () => undefined,
    count: () => records,
  };
}

function byKey(buffers: PartitionBuffers, partitionOf: Partitioner): RecordIntake {
  let records = 0;
  return {
    write(record) {
      if (!Array.isArray(record) || record.length !== 2) throw notAPair(record);
      const key: unknown = record[0];
      buffers.pushPair(partitionOf(key), key, record[1]);
      records++;
    },
    flush: () => undefined,
    count: () => records,
  };
}

interface CombineTarget {
  readonly buffers: PartitionBuffers;
  readonly partitionOf: Partitioner;
  /** Memory of the table, by estimate. When it takes more, the values so far are written; reducers combine the rest. */
  readonly tableBytes: number;
}

/** Pairs leave in order of their keys' first appearance since the last flush, so that a re-run over the same records gives the same bytes. */
function combining(combine: Combiner, target: CombineTarget): RecordIntake {
  const { create, mergeValue } = combine;
  const { buffers, partitionOf, tableBytes } = target;
  const table = createKeyTable();
  const { keys, values } = table;
  const size = createSizeTracker();
  let records = 0;

  function flush(): void {
    for (const [place, key] of keys.entries()) buffers.pushPair(partitionOf(key), key, values[place]);
    records += table.size;
    table.clear();
    size.clear();
  }
  function change(key: unknown, value: unknown): void {
    const place = table.find(key);
    if (place === NO_PLACE) table.insert(key, create(value));
    else values[place] = mergeValue(values[place], value);
  }
  function measuredChange(key: unknown, value: unknown): void {
    const known = table.find(key);
    const beforeBytes = known === NO_PLACE ? -KEY_ENTRY_BYTES - heapBytesOf(key) : heapBytesOf(values[known]);
    change(key, value);
    const place = known === NO_PLACE ? table.size - 1 : known;
    if (size.measured(heapBytesOf(values[place]) - beforeBytes) > tableBytes) flush();
  }

  return {
    write(record) {
      if (!Array.isArray(record) || record.length !== 2) throw notAPair(record);
      const key: unknown = record[0];
      size.countdown -= 1;
      if (size.countdown > 0) change(key, record[1]);
      else measuredChange(key, record[1]);
    },
    flush,
    count: () => records,
  };
}

function notAPair(record: unknown): LevinError {
  return new LevinError({
    code: 'NOT_A_PAIR',
    fault: 'user',
    message:
      `A record that is shuffled by key must be a pair [key, value]; this one is ${describeValue(record)}. ` +
      'Make pairs first, for example with map((x) => [keyOf(x), x]) or keyBy(keyOf).',
  });
}
