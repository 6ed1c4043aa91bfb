import { LevinError } from '../engine/errors/levin-error.ts';
import type { PartitionerSpec } from '../engine/plan/stage-plan.ts';
import { compareKeys } from '../engine/records/compare-keys.ts';
import { describeValue } from '../engine/records/describe-value.ts';
import { hashKey } from '../engine/records/hash-key.ts';

/** The reducer partition of a key, in [0, numPartitions). Round robin does not look at it. */
export type Partitioner = (key: unknown) => number;

export interface PartitionerState {
  /** Sorted range bounds; empty for other partitioners. */
  readonly bounds: readonly unknown[];
  /** Where round robin starts. */
  readonly seed: number;
  /** The user's function of a `custom` partitioner. */
  readonly partitionOf?: ((key: unknown) => unknown) | null;
}

/**
 * Builds the function that a spec stands for.
 * - `hash`: `hashKey` modulo the number of partitions; null and undefined go to partition 0
 * - `range`: the first bound that is not below the key, so that a bound belongs to the partition on its left; descending order mirrors the index.
 *   With fewer bounds than partitions − 1 the last partitions stay empty.
 * - `custom`: what the user's function says, a whole number in [0, numPartitions) or `BAD_PARTITION`
 * - `gather`: one partition for all records of the map task whose number is `seed`
 * - `roundRobin`: one after the other, from `seed` modulo the number of partitions
 */
export function createPartitioner(spec: PartitionerSpec, state: PartitionerState): Partitioner {
  const { numPartitions } = spec;
  if (!Number.isSafeInteger(numPartitions) || numPartitions < 1) throw badPartitioner(`${numPartitions} partitions; at least 1 is needed`);
  switch (spec.kind) {
    case 'hash':
      return (key) => hashKey(key) % numPartitions;
    case 'range':
      return rangePartitioner(state.bounds, spec);
    case 'roundRobin':
      return roundRobin(state.seed, numPartitions);
    case 'gather': {
      const partition = Math.floor((state.seed * numPartitions) / spec.from);
      return () => partition;
    }
    case 'custom':
      return customPartitioner(state.partitionOf ?? null, numPartitions);
  }
}

function customPartitioner(partitionOf: ((key: unknown) => unknown) | null, numPartitions: number): Partitioner {
  if (partitionOf === null) throw badPartitioner('a partition function that is missing');
  return (key) => {
    const partition = partitionOf(key);
    if (typeof partition === 'number' && Number.isInteger(partition) && partition >= 0 && partition < numPartitions) return partition;
    throw badPartition(key, partition, numPartitions);
  };
}

function rangePartitioner(bounds: readonly unknown[], spec: { readonly numPartitions: number; readonly ascending: boolean }): Partitioner {
  const last = bounds.length;
  if (last >= spec.numPartitions)
    throw badPartitioner(`${last} bounds for ${spec.numPartitions} partitions; there must be fewer bounds than partitions`);
  if (spec.ascending) return (key) => lowerBound(bounds, key);
  return (key) => last - lowerBound(bounds, key);
}

/** Index of the first bound that is not below the key; the number of bounds when all are. */
function lowerBound(bounds: readonly unknown[], key: unknown): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(bounds[middle], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function roundRobin(seed: number, numPartitions: number): Partitioner {
  let next = ((Math.trunc(seed) % numPartitions) + numPartitions) % numPartitions;
  return () => {
    const partition = next;
    next = next + 1 === numPartitions ? 0 : next + 1;
    return partition;
  };
}

function badPartition(key: unknown, partition: unknown, numPartitions: number): LevinError {
  const hint = Number.isInteger(partition) ? ` Take it modulo ${numPartitions}, without sign.` : '';
  return new LevinError({
    code: 'BAD_PARTITION',
    fault: 'user',
    message:
      `The partition function gave ${describeValue(partition)} for the key ${describeValue(key)}; ` +
      `it must give a whole number from 0 to ${numPartitions - 1}.${hint}`,
  });
}

function badPartitioner(what: string): LevinError {
  return new LevinError({
    code: 'INVALID_PARTITIONER',
    fault: 'internal',
    message: `A shuffle was planned with ${what}. This is a bug in levin; please report it with the job's plan.`,
  });
}
