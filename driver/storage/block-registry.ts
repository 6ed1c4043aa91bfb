import type { BlockId, PlacedBlockReport, PreferredPlaces, WorkerPlace } from '../../engine/types/block-report.ts';

/** What is kept of one persisted RDD. */
export interface StorageFacts {
  /** Of which a block is kept. */
  readonly partitions: readonly number[];
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** Which workers keep which blocks, as far as their reports tell: good for preferences and for people, never for what is right. */
export interface BlockRegistry {
  /** A worker has said what has become of its blocks; `runMs` is how long the attempt took. */
  report(report: PlacedBlockReport, runMs: number | null): void;
  /** The executor has died with all that its workers kept. */
  lost(executorId: string): void;
  /** The workers that keep all, or else the first, of these blocks; null: none is known. */
  placesOf(blocks: readonly BlockId[]): PreferredPlaces | null;
  factsOf(rdd: number): StorageFacts;
  drop(rdd: number): void;
}

interface Kept {
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly computeMs: number;
}

/** Nobody waits for less: to go elsewhere costs something, too. */
const SHORTEST_WAIT_MS = 20;

export function createBlockRegistry(): BlockRegistry {
  /** By RDD, partition and place. */
  const rdds = new Map<number, Map<number, Map<string, Kept>>>();
  /** Names of the stores of places: another one has none of the blocks. */
  const stores = new Map<string, string>();

  const partitionOf = ({ rdd, partition }: BlockId): Map<string, Kept> => {
    const partitions = rdds.get(rdd) ?? new Map<number, Map<string, Kept>>();
    rdds.set(rdd, partitions);
    const places = partitions.get(partition) ?? new Map<string, Kept>();
    partitions.set(partition, places);
    return places;
  };
  const forgetPlace = (place: string): void => {
    for (const partitions of rdds.values()) for (const places of partitions.values()) places.delete(place);
  };
  return {
    report({ executorId, worker, store, kept, evicted, computed }, runMs) {
      const place = placeName({ executorId, worker });
      if (stores.has(place) && stores.get(place) !== store) forgetPlace(place);
      stores.set(place, store);
      for (const block of evicted) rdds.get(block.rdd)?.get(block.partition)?.delete(place);
      for (const block of kept) {
        const places = partitionOf(block);
        const computeMs = computed > 0 && runMs !== null ? runMs : (places.get(place)?.computeMs ?? 0);
        places.set(place, { memoryBytes: block.memoryBytes, diskBytes: block.diskBytes, computeMs });
      }
    },
    lost(executorId) {
      for (const place of [...stores.keys()]) if (placeOf(place).executorId === executorId) forgetPlace(place);
    },
    placesOf(blocks) {
      const found = blocks.map(({ rdd, partition }) => rdds.get(rdd)?.get(partition) ?? new Map<string, Kept>());
      const [first] = found.filter((places) => places.size > 0);
      if (first === undefined) return null;
      const all = [...first.keys()].filter((place) => found.every((places) => places.has(place)));
      const names = all.length > 0 ? all : [...first.keys()];
      return {
        places: names.map(placeOf),
        waitMs: Math.max(SHORTEST_WAIT_MS, ...names.map((name) => Math.round((first.get(name) as Kept).computeMs))),
      };
    },
    factsOf(rdd) {
      const kept = [...(rdds.get(rdd) ?? [])].filter(([, places]) => places.size > 0);
      const copies = kept.flatMap(([, places]) => [...places.values()]);
      return {
        partitions: kept.map(([partition]) => partition),
        memoryBytes: copies.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
        diskBytes: copies.reduce((sum, { diskBytes }) => sum + diskBytes, 0),
      };
    },
    drop: (rdd) => void rdds.delete(rdd),
  };
}

function placeName({ executorId, worker }: WorkerPlace): string {
  return `${worker}@${executorId}`;
}

function placeOf(name: string): WorkerPlace {
  const at = name.indexOf('@');
  return { worker: Number(name.slice(0, at)), executorId: name.slice(at + 1) };
}
