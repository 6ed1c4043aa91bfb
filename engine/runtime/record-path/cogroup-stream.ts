import type { PlanNode } from '../../plan/stage-plan.ts';
import { heapBytesOf } from '../../records/heap-bytes.ts';
import { createGroupSize } from '../spill/group-size.ts';
import { pieceBytesOf } from '../spill/run.ts';
import { BYTES_OF_ROOM, createSpillingTable, groupedBytes, newKeyBytes, piecesOfArray } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { FeedNode } from './feed-node.ts';
import { assembled, keyedStream } from './keyed-stream.ts';
import { type Pair, pairOf } from './pairs.ts';
import { computedStream, type RecordStream } from './record-stream.ts';

const COGROUP = { operation: 'cogroup', site: null } as const;

type Groups = (readonly unknown[])[];
/** Some of the values of one side. */
type SidePiece = readonly [side: number, values: readonly unknown[]];

/** Stands for a side without values until somebody sees the groups: an empty array that is pushed to later takes 150 bytes. */
const NONE: readonly unknown[] = [];

export interface CogroupOptions {
  readonly feed: FeedNode;
  /** The step that takes the groups is `crossValues`, which keeps keys that only these sides have; null: it is another one. */
  readonly crossed: 'none' | 'left' | 'right' | 'full' | null;
}

/** [k, [values of parent 0, values of parent 1, …]] */
export function cogroupStream(
  node: Extract<PlanNode, { kind: 'cogroup' }>,
  task: TaskContext,
  { feed, crossed }: CogroupOptions,
): RecordStream {
  const groupsOf = (side: number, value: unknown): Groups => {
    if (node.parents.length === 2) return side === 0 ? [[value], NONE] : [NONE, [value]];
    return node.parents.map((_, i) => (i === side ? [value] : NONE));
  };
  const dropsRightKeys = crossed === 'none' || crossed === 'left';
  return computedStream(async () => {
    const pieceBytes = pieceBytesOf(task.spill);
    const spilling = createSpillingTable(task.spill, { piecesOf: (groups) => sidePieces(groups as Groups, pieceBytes) });
    const { table, size, runs } = spilling;
    for (const [side, parent] of node.parents.entries()) {
      await feed(parent, (record) => {
        const [key, value] = pairOf(record, COGROUP, task.place);
        const entry = table.find(key);
        // A key that the left side has may be on disk by now.
        if (entry === undefined && side === 1 && dropsRightKeys && runs.isEmpty) return;
        if (entry === undefined) table.insert(key, groupsOf(side, value));
        else addTo(entry.value as Groups, side, value);
        size.countdown -= 1;
        if (size.countdown === 0)
          spilling.measured(entry === undefined ? newKeyBytes(key, groupsOf(side, value)) : addedBytes(entry.value as Groups, side));
      });
    }
    return keyedStream(spilling, {
      recordsOf: ({ key, value }) => recordsOf(key, value as Groups, crossed),
      fromPieces: (pieces) => {
        const groupSize = createGroupSize(task, COGROUP);
        return assembled<unknown[][]>(pieces, {
          start: () => {
            groupSize.start();
            return node.parents.map((): unknown[] => []);
          },
          add: (groups, key, piece) => {
            groupSize.add(key, piece);
            const [side, values] = piece as SidePiece;
            for (const value of values) groups[side]?.push(value);
            return groups;
          },
          finish: (key, groups): Pair => [key, groups],
        });
      },
    });
  });
}

function addTo(groups: Groups, side: number, value: unknown): void {
  const group = groups[side] as unknown[];
  if (group === NONE) groups[side] = [value];
  else group.push(value);
}

/** What the value that came last to a side has added. */
function addedBytes(groups: Groups, side: number): number {
  const group = groups[side] as readonly unknown[];
  if (group.length === 1) return heapBytesOf(group);
  return groupedBytes(group.at(-1)) + (group.length === 2 ? BYTES_OF_ROOM : 0);
}

/** One record for each key, but none for a key that the cross product drops. Nobody sees the groups that it crosses. */
function recordsOf(key: unknown, groups: Groups, crossed: CogroupOptions['crossed']): readonly Pair[] {
  if (crossed === null) return [[key, groups.map((group) => (group === NONE ? [] : group))]];
  const [left, right] = groups;
  const dropped =
    (left === NONE && crossed !== 'right' && crossed !== 'full') || (right === NONE && crossed !== 'left' && crossed !== 'full');
  return dropped ? [] : [[key, groups]];
}

function* sidePieces(groups: Groups, pieceBytes: number): Generator<SidePiece, void, undefined> {
  for (const [side, values] of groups.entries()) {
    if (values.length > 0) for (const piece of piecesOfArray(values, pieceBytes)) yield [side, piece];
  }
}
