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

const GROUP = { operation: 'groupByKey', site: null } as const;

/** [k, all values of k], keys in order of first appearance. */
export function groupStream(parent: number, task: TaskContext, feed: FeedNode): RecordStream {
  return computedStream(async () => {
    const pieceBytes = pieceBytesOf(task.spill);
    let grouped = createGroupedValues();
    const spilling = createSpillingTable(task.spill, {
      takePieces() {
        const groups = takeGroups(table.keys, grouped);
        grouped = createGroupedValues();
        return (place) => piecesOfArray(groups[place] as readonly unknown[], pieceBytes);
      },
    });
    const { table, size } = spilling;
    await feed(parent, (record) => {
      const [key, value] = pairOf(record, GROUP, task.place);
      const known = table.find(key);
      grouped.add(known === NO_PLACE ? table.insert(key, null) : known, value);
      size.countdown -= 1;
      if (size.countdown === 0) spilling.measured(known === NO_PLACE ? newGroupBytes(key, value) : groupedBytes(value));
    });
    return keyedStream(spilling, {
      recordsOf: (key, place): readonly Pair[] => [[key, grouped.take(place)]],
      fromPieces: (pieces) => {
        const groupSize = createGroupSize(task, GROUP);
        return assembled<unknown[]>(pieces, {
          start: () => {
            groupSize.start();
            return [];
          },
          add: (group, key, piece) => {
            groupSize.add(key, piece);
            for (const value of piece as readonly unknown[]) group.push(value);
            return group;
          },
          finish: (key, group): Pair => [key, group],
        });
      },
    });
  });
}
