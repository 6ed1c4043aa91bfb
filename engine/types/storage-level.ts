/**
 * Where the partitions of a persisted RDD are kept: Spark's levels.
 *
 * `deserialized` blocks are the records themselves, as objects in the heap; others are encoded, in Buffers or on disk.
 * A `replication` above 1 keeps one more copy, in the object store, where it outlives the executor.
 */
export interface StorageLevel {
  readonly useDisk: boolean;
  readonly useMemory: boolean;
  readonly useOffHeap: boolean;
  readonly deserialized: boolean;
  readonly replication: number;
}

function level(useDisk: boolean, useMemory: boolean, options: Partial<StorageLevel> = {}): StorageLevel {
  return Object.freeze({ useDisk, useMemory, useOffHeap: false, deserialized: useMemory, replication: 1, ...options });
}

const SER: Partial<StorageLevel> = { deserialized: false };

/** Spark's storage levels by name: what `persist` takes. */
export const StorageLevel: Readonly<Record<StorageLevelName, StorageLevel>> = Object.freeze({
  NONE: level(false, false),
  DISK_ONLY: level(true, false),
  DISK_ONLY_2: level(true, false, { replication: 2 }),
  DISK_ONLY_3: level(true, false, { replication: 3 }),
  MEMORY_ONLY: level(false, true),
  MEMORY_ONLY_2: level(false, true, { replication: 2 }),
  MEMORY_ONLY_SER: level(false, true, SER),
  MEMORY_ONLY_SER_2: level(false, true, { ...SER, replication: 2 }),
  MEMORY_AND_DISK: level(true, true),
  MEMORY_AND_DISK_2: level(true, true, { replication: 2 }),
  MEMORY_AND_DISK_DESER: level(true, true),
  MEMORY_AND_DISK_SER: level(true, true, SER),
  MEMORY_AND_DISK_SER_2: level(true, true, { ...SER, replication: 2 }),
  OFF_HEAP: level(true, true, { ...SER, useOffHeap: true }),
});

export type StorageLevelName =
  | 'NONE'
  | 'DISK_ONLY'
  | 'DISK_ONLY_2'
  | 'DISK_ONLY_3'
  | 'MEMORY_ONLY'
  | 'MEMORY_ONLY_2'
  | 'MEMORY_ONLY_SER'
  | 'MEMORY_ONLY_SER_2'
  | 'MEMORY_AND_DISK'
  | 'MEMORY_AND_DISK_2'
  | 'MEMORY_AND_DISK_DESER'
  | 'MEMORY_AND_DISK_SER'
  | 'MEMORY_AND_DISK_SER_2'
  | 'OFF_HEAP';

/** As Spark describes it: `Memory Deserialized 1x Replicated`. */
export function describeLevel({ useDisk, useMemory, useOffHeap, deserialized, replication }: StorageLevel): string {
  if (!useDisk && !useMemory) return 'Serialized 1x Replicated';
  const places = [useDisk ? 'Disk' : null, useMemory ? (useOffHeap ? 'Memory (off heap)' : 'Memory') : null].filter(
    (place) => place !== null,
  );
  return `${places.join(' ')} ${deserialized ? 'Deserialized' : 'Serialized'} ${replication}x Replicated`;
}
