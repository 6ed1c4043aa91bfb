import type { PlanNode } from '../../plan/stage-plan.ts';
import { createGroupedValues } from '../../records/grouped-values.ts';
import { NO_PLACE } from '../../records/key-table.ts';
import { END_OF_RECORDS } from '../spill/end-of-records.ts';
import type { KeyedPiece } from '../spill/keyed-runs.ts';
import { pieceBytesOf, type RunCursor } from '../spill/run.ts';
import { createSpillingTable, groupedBytes, newGroupBytes, piecesOfArray, takeGroups } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { FeedNode } from './feed-node.ts';
import { keyedStream } from './keyed-stream.ts';
import { markKeys } from './mark-keys.ts';
import { pairOf } from './pairs.ts';
import { computedStream, type RecordStream } from './record-stream.ts';

const SUBTRACT = { operation: 'subtractByKey', site: null } as const;

/** Pairs of the first parent whose key the second has not. Only the first is held, unless it does not fit. */
export function subtractStream(node: Extract<PlanNode, { kind: 'subtractByKey' }>, task: TaskContext, feed: FeedNode): RecordStream {
  const [left, right] = node.parents;
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
    await feed(left, (record) => {
      const pair = pairOf(record, SUBTRACT, task.place);
      const known = table.find(pair[0]);
      grouped.add(known === NO_PLACE ? table.insert(pair[0], false) : known, pair);
      size.countdown -= 1;
      if (size.countdown === 0) spilling.measured(known === NO_PLACE ? newGroupBytes(pair[0], pair) : groupedBytes(pair));
    });
    await markKeys(spilling, task, { operation: SUBTRACT, feed: (write) => feed(right, write) });
    const recordsOf = (_: unknown, place: number): readonly unknown[] => {
      const pairs = grouped.take(place);
      return table.values[place] === true ? [] : pairs;
    };
    return keyedStream(spilling, { recordsOf, fromPieces: eachPair, policy: 'unmarked' });
  });
}

/** Pairs need not be together to leave. */
function eachPair(pieces: RunCursor): () => unknown {
  let pairs: readonly unknown[] = [];
  let at = 0;
  return () => {
    while (at >= pairs.length) {
      const piece = pieces.next();
      if (piece === END_OF_RECORDS) return END_OF_RECORDS;
      pairs = (piece as KeyedPiece)[2] as readonly unknown[];
      at = 0;
    }
    return pairs[at++];
  };
}
