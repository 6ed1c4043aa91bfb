import type { PlanNode } from '../../plan/stage-plan.ts';
import { createGroupSize } from '../spill/group-size.ts';
import { pieceBytesOf } from '../spill/run.ts';
import { createSpillingTable, groupedBytes, newGroupBytes, piecesOfArray } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { FeedNode } from './feed-node.ts';
import { assembled, keyedStream } from './keyed-stream.ts';
import { type Pair, pairOf } from './pairs.ts';
import { computedStream, type RecordStream } from './record-stream.ts';

const COGROUP = { operation: 'cogroup', site: null } as const;

type Groups = unknown[][];
/** Some of the values of one side. */
type SidePiece = readonly [side: number, values: readonly unknown[]];

/** [k, [values of parent 0, values of parent 1, …]] */
export function cogroupStream(node: Extract<PlanNode, { kind: 'cogroup' }>, task: TaskContext, feed: FeedNode): RecordStream {
  const emptyGroups = (): Groups => node.parents.map((): unknown[] => []);
  return computedStream(async () => {
    const pieceBytes = pieceBytesOf(task.spill);
    const spilling = createSpillingTable(task.spill, { piecesOf: (groups) => sidePieces(groups as Groups, pieceBytes) });
    const { table, size } = spilling;
    for (const [side, parent] of node.parents.entries()) {
      await feed(parent, (record) => {
        const [key, value] = pairOf(record, COGROUP, task.place);
        const entry = table.find(key);
        const groups = entry === undefined ? emptyGroups() : (entry.value as Groups);
        if (entry === undefined) table.insert(key, groups);
        groups[side]?.push(value);
        size.countdown -= 1;
        if (size.countdown === 0) spilling.measured(entry === undefined ? newGroupBytes(key, groups, groups.length) : groupedBytes(value));
      });
    }
    return keyedStream(spilling, {
      recordsOf: ({ key, value }) => [[key, value]],
      fromPieces: (pieces) => {
        const groupSize = createGroupSize(task, COGROUP);
        return assembled<Groups>(pieces, {
          start: () => {
            groupSize.start();
            return emptyGroups();
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

function* sidePieces(groups: Groups, pieceBytes: number): Generator<SidePiece, void, undefined> {
  for (const [side, values] of groups.entries()) {
    if (values.length > 0) for (const piece of piecesOfArray(values, pieceBytes)) yield [side, piece];
  }
}
