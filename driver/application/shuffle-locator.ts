import { hash } from 'node:crypto';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { encodeShuffleIndex, type MapOutput } from '../../engine/runtime/sources/shuffle-index.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { LeafInput, MapOutputSlice } from '../../engine/types/task.ts';
import type { StageTable } from './stage-table.ts';

/** A location in a payload takes about this many bytes (key, numbers). */
const BYTES_PER_SLICE = 160;
/** With more of them a reducer reads its locations from an index object. */
const MAX_INLINE_SLICES = Math.floor(65_536 / BYTES_PER_SLICE);
/** Locations in one index object: about 12 MB, so that the driver never holds a large shuffle's index as a whole. */
const MAX_INDEX_LOCATIONS = 2_000_000;

/** A leaf of a stage that reads a shuffle: its partition p reads the reducer partitions `[groups[p], groups[p + 1])` of stage `from`. */
export interface ShuffleLeaf {
  readonly reader: number;
  readonly leaf: number;
  readonly from: number;
  readonly groups: readonly number[];
}

export interface ShuffleLocatorOptions {
  readonly appId: string;
  readonly table: StageTable;
  readonly objects: ObjectStore;
}

/** Where the records of a shuffle lie that one task reads. */
export interface ShuffleLocator {
  inputOf(leaf: ShuffleLeaf, partition: number): Promise<LeafInput>;
  /** Nobody asks for the reader's inputs again, or somebody found an index object lost or damaged. */
  forget(reader: number): void;
}

interface Located {
  /** Of the map stage, when this was derived. */
  readonly version: number;
  readonly outputs: readonly MapOutput[];
  /** Keys of written index objects by their first row. */
  readonly indexes: Map<number, Promise<string>>;
}

/**
 * Few locations ride in the payload; many stand in index objects, each for a run of neighbouring partitions and written when the first of them
 * is launched, one object after the other:
 * ```
 *   map outputs   offsets of m0, m1, m2 …            (typed arrays in the stage table)
 *   index 0       rows of partitions 0 … 39          2,000,000 locations at most
 *   index 1       rows of partitions 40 … 79
 * ```
 */
export function createShuffleLocator({ appId, table, objects }: ShuffleLocatorOptions): ShuffleLocator {
  const located = new Map<number, Map<number, Located>>();
  let writing: Promise<unknown> = Promise.resolve();

  const locate = ({ reader, leaf, from }: ShuffleLeaf): Located => {
    const { version } = table.get(from);
    const leaves = located.get(reader) ?? new Map<number, Located>();
    located.set(reader, leaves);
    const known = leaves.get(leaf);
    if (known?.version === version) return known;
    const fresh: Located = { version, outputs: outputsOf(table, from), indexes: new Map() };
    leaves.set(leaf, fresh);
    return fresh;
  };
  const writeIndex = async (reader: number, outputs: readonly MapOutput[], rows: readonly number[]): Promise<string> => {
    const bytes = encodeShuffleIndex(outputs, rows);
    const key = objectKeys.shuffleIndex(appId, table.stageIdOf(reader), hash('sha256', bytes, 'hex').slice(0, 32));
    // One that stands there may be damaged.
    await objects.put(key, bytes);
    return key;
  };
  const indexOf = ({ reader, groups }: ShuffleLeaf, { outputs, indexes }: Located, row: number): Promise<string> => {
    const known = indexes.get(row);
    if (known !== undefined) return known;
    const index = writing.then(() => writeIndex(reader, outputs, groups.slice(row, row + rowsPerIndex(outputs) + 1)));
    indexes.set(row, index);
    // The next attempt tries again.
    writing = index.catch(() => indexes.delete(row));
    return index;
  };
  return {
    async inputOf(leaf, partition) {
      const at = locate(leaf);
      const slices = slicesOf(at.outputs, leaf.groups[partition] as number, leaf.groups[partition + 1] as number);
      if (slices !== null) return { kind: 'shuffle', slices };
      const row = partition % rowsPerIndex(at.outputs);
      return { kind: 'shuffleIndex', indexKey: await indexOf(leaf, at, partition - row), row };
    },
    forget: (reader) => void located.delete(reader),
  };
}

function rowsPerIndex(outputs: readonly MapOutput[]): number {
  return Math.max(1, Math.floor(MAX_INDEX_LOCATIONS / outputs.length));
}

function outputsOf(table: StageTable, stage: number): readonly MapOutput[] {
  const stageId = table.stageIdOf(stage);
  return table.resultsOf(stage).flatMap(({ output, generation }, mapPartition) => {
    if (output.kind !== 'shuffle') return [];
    return [{ stageId, mapPartition, generation, key: output.key, offsets: output.offsets }];
  });
}

/** The non-empty slices for the reducer partitions `[start, end)`, in map order; null when they are too many for a payload. */
function slicesOf(outputs: readonly MapOutput[], start: number, end: number): readonly MapOutputSlice[] | null {
  const slices: MapOutputSlice[] = [];
  for (const { offsets, ...producer } of outputs) {
    const [from, to] = [offsets[start] as number, offsets[end] as number];
    if (from === to) continue;
    if (slices.length === MAX_INLINE_SLICES) return null;
    slices.push({ ...producer, offsets: [from, to] });
  }
  return slices;
}
