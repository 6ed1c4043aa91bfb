import type { GroupedValues } from '../../records/grouped-values.ts';
import { heapBytesOf } from '../../records/heap-bytes.ts';
import { createKeyTable, KEY_ENTRY_BYTES, type KeyTable } from '../../records/key-table.ts';
import { createSizeTracker, type SizeTracker } from '../../records/size-tracker.ts';
import { createKeyedRuns, type KeyedRuns } from './keyed-runs.ts';
import type { SpillSpace } from './spill-space.ts';

/** Of a value in an array that grows by halves. */
const BYTES_PER_PLACE = 12;

/**
 * A key table that moves to disk when it outgrows its operator's share of memory.
 *
 * The operator's loop changes `table` itself; it counts down `size.countdown` for each change, and has a change that is due measured:
 * ```
 *   size.countdown -= 1;
 *   if (size.countdown === 0) spilling.measured(bytes that this change added);
 * ```
 */
export interface SpillingTable {
  readonly table: KeyTable;
  readonly size: SizeTracker;
  readonly runs: KeyedRuns;
  measured(addedBytes: number): void;
  /** Moves what is in the table to disk. */
  spill(): void;
}

export interface SpillingTableOptions {
  /** Gives away what is held beside the keys: by place, in pieces that fit a block each. Default: the table's values, a piece each. */
  readonly takePieces?: () => (place: number) => Iterable<unknown>;
  /** The keys are marks for another table's runs. */
  readonly marksFor?: KeyedRuns;
}

export function createSpillingTable(space: SpillSpace, { takePieces, marksFor }: SpillingTableOptions = {}): SpillingTable {
  const table = createKeyTable();
  const size = createSizeTracker();
  const runs = marksFor ?? createKeyedRuns(space);

  const spill = (forced: boolean): void => {
    if (table.size === 0) return;
    const cause = { memoryBytes: size.bytes, forced };
    const { keys, values } = table;
    if (marksFor === undefined) runs.spill(keys, takePieces?.() ?? ((place) => [values[place]]), cause);
    else runs.spillMarks(keys, cause);
    table.clear();
    size.clear();
  };
  return {
    table,
    size,
    runs,
    measured(addedBytes) {
      const bytes = size.measured(addedBytes);
      const why = space.mustSpill(bytes);
      if (why !== null) spill(why === 'forced');
    },
    spill: () => spill(false),
  };
}

/** What a new key adds to a table. */
export function newKeyBytes(key: unknown, value: unknown): number {
  return KEY_ENTRY_BYTES + heapBytesOf(key) + heapBytesOf(value);
}

/** What a new key with the first value of its group adds, the array that the group becomes when it leaves included. */
export function newGroupBytes(key: unknown, value: unknown): number {
  return newKeyBytes(key, [value]);
}

/** What one more value adds to a group. */
export function groupedBytes(value: unknown): number {
  return BYTES_PER_PLACE + heapBytesOf(value);
}

/** One for all keys that only another side of a cogroup has. */
const NOTHING: readonly unknown[] = [];

/** The groups of a table's keys, which are gone from `grouped` then. */
export function takeGroups(keys: readonly unknown[], grouped: GroupedValues): readonly (readonly unknown[])[] {
  return keys.map((_, place) => {
    const group = grouped.take(place);
    return group.length === 0 ? NOTHING : group;
  });
}

/** Pieces of an array that take about `pieceBytes` each in memory: a group may be as large as all memory, a block is not. */
export function* piecesOfArray(values: readonly unknown[], pieceBytes: number): Generator<readonly unknown[], void, undefined> {
  const count = Math.ceil(heapBytesOf(values) / pieceBytes);
  const length = Math.max(1, Math.ceil(values.length / count));
  if (length >= values.length) yield values;
  else for (let at = 0; at < values.length; at += length) yield values.slice(at, at + length);
}
