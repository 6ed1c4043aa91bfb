import type { PlanNode } from '../../plan/stage-plan.ts';
import { createGroupedValues } from '../../records/grouped-values.ts';
import { NO_PLACE } from '../../records/key-table.ts';
import { createGroupSize } from '../spill/group-size.ts';
import { pieceBytesOf } from '../spill/run.ts';
import { createSpillingTable, groupedBytes, newGroupBytes, piecesOfArray, takeGroups } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { FeedNode } from './feed-node.ts';
import { assembled, keyedStream } from './keyed-stream.ts';
import { type Pair, pairOf } from './pairs.ts';
import { computedStream, type RecordStream } from './record-stream.ts';

const COGROUP = { operation: 'cogroup', site: null } as const;

/** By side. */
type Groups = readonly (readonly unknown[])[];
/** Some of the values of one side. */
type SidePiece = readonly [side: number, values: readonly unknown[]];

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
  const newSides = () => node.parents.map(() => createGroupedValues());
  const dropsRightKeys = crossed === 'none' || crossed === 'left';
  return computedStream(async () => {
    const pieceBytes = pieceBytesOf(task.spill);
    let sides = newSides();
    const spilling = createSpillingTable(task.spill, {
      takePieces() {
        const groups = sides.map((side) => takeGroups(table.keys, side));
        sides = newSides();
        return (place) =>
          sidePieces(
            groups.map((ofSide) => ofSide[place] as readonly unknown[]),
            pieceBytes,
          );
      },
    });
    const { table, size, runs } = spilling;
    for (const [side, parent] of node.parents.entries()) {
      await feed(parent, (record) => {
        const [key, value] = pairOf(record, COGROUP, task.place);
        const known = table.find(key);
        // A key that the left side has may be on disk by now.
        if (known === NO_PLACE && side === 1 && dropsRightKeys && runs.isEmpty) return;
        sides[side]?.add(known === NO_PLACE ? table.insert(key, null) : known, value);
        size.countdown -= 1;
        if (size.countdown === 0) spilling.measured(known === NO_PLACE ? newGroupBytes(key, value) : groupedBytes(value));
      });
    }
    return keyedStream(spilling, {
      recordsOf: (key, place) =>
        recordsOf(
          key,
          sides.map((side) => side.take(place)),
          crossed,
        ),
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

/** One record for each key, but none for a key that the cross product drops. */
function recordsOf(key: unknown, groups: Groups, crossed: CogroupOptions['crossed']): readonly Pair[] {
  if (crossed === null) return [[key, groups]];
  const [left, right] = groups;
  const dropped =
    (left?.length === 0 && crossed !== 'right' && crossed !== 'full') || (right?.length === 0 && crossed !== 'left' && crossed !== 'full');
  return dropped ? [] : [[key, groups]];
}

function* sidePieces(groups: Groups, pieceBytes: number): Generator<SidePiece, void, undefined> {
  for (const [side, values] of groups.entries()) {
    if (values.length > 0) for (const piece of piecesOfArray(values, pieceBytes)) yield [side, piece];
  }
}
