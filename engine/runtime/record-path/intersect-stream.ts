import type { PlanNode } from '../../plan/stage-plan.ts';
import { NO_PLACE } from '../../records/key-table.ts';
import { END_OF_RECORDS } from '../spill/end-of-records.ts';
import type { KeyedPiece } from '../spill/keyed-runs.ts';
import { createSpillingTable, newKeyBytes } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { FeedNode } from './feed-node.ts';
import { keyedStream } from './keyed-stream.ts';
import { markKeys } from './mark-keys.ts';
import { type Pair, pairOf } from './pairs.ts';
import { computedStream, type RecordStream } from './record-stream.ts';

const INTERSECTION = { operation: 'intersection', site: null } as const;

/** [k, null] for the keys that both parents have, in the order of the first. */
export function intersectStream(node: Extract<PlanNode, { kind: 'intersectKeys' }>, task: TaskContext, feed: FeedNode): RecordStream {
  const [left, right] = node.parents;
  return computedStream(async () => {
    const spilling = createSpillingTable(task.spill, { takePieces: () => () => [null] });
    const { table, size } = spilling;
    await feed(left, (record) => {
      const [key] = pairOf(record, INTERSECTION, task.place);
      const isNew = table.find(key) === NO_PLACE;
      if (isNew) table.insert(key, false);
      size.countdown -= 1;
      if (size.countdown === 0) spilling.measured(isNew ? newKeyBytes(key, false) : 0);
    });
    await markKeys(spilling, task, {
      operation: INTERSECTION,
      feed: (write) => feed(right, write),
    });
    return keyedStream(spilling, {
      recordsOf: (key, place): readonly Pair[] => (table.values[place] === true ? [[key, null]] : []),
      fromPieces: (pieces) => () => {
        const piece = pieces.next();
        return piece === END_OF_RECORDS ? piece : [(piece as KeyedPiece)[1], null];
      },
      policy: 'marked',
    });
  });
}
