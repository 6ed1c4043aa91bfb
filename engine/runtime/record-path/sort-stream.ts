import type { PlanNode } from '../../plan/stage-plan.ts';
import { compareKeys } from '../../records/compare-keys.ts';
import { sortByKey } from '../../records/sort-by-key.ts';
import { END_OF_RECORDS } from '../spill/end-of-records.ts';
import { createExternalSorter } from '../spill/external-sorter.ts';
import type { TaskContext } from '../task-context.ts';
import { closureOf } from './combiner.ts';
import type { FeedNode } from './feed-node.ts';
import { type Pair, pairOf } from './pairs.ts';
import { computedStream, pulledStream, type RecordStream, recordsStream } from './record-stream.ts';

const SORT_BY_KEY = { operation: 'sortByKey', site: null } as const;

const ascending = (a: Pair, b: Pair): number => compareKeys(a[0], b[0]);
const descending = (a: Pair, b: Pair): number => compareKeys(b[0], a[0]);

/** The partition's pairs by key, or by what a function gives for the key; equal keys keep their order. */
export function sortStream(node: Extract<PlanNode, { kind: 'sortByKey' }>, task: TaskContext, feed: FeedNode): RecordStream {
  const pairIn = (record: unknown): Pair => pairOf(record, SORT_BY_KEY, task.place);
  const keyOf = node.fn === undefined ? null : closureOf(node.fn, task);
  // Called once for each pair: what it gave goes along, to disk too.
  const toSort = keyOf === null ? pairIn : (record: unknown): Pair => [keyOf(pairIn(record)[0]), record];
  const given = keyOf === null ? (sorted: unknown): unknown => sorted : (sorted: unknown): unknown => (sorted as Pair)[1];
  return computedStream(async () => {
    const sorter = createExternalSorter(task.spill, {
      compare: node.ascending ? ascending : descending,
      sort: (records) => sortByKey(records as Pair[], node.ascending),
    });
    await feed(node.parent, (record) => sorter.add(toSort(record)));
    const sorted = sorter.finish();
    if (sorted.kind === 'array') return recordsStream(keyOf === null ? sorted.records : sorted.records.map(given));
    const next = (): unknown => {
      const record = sorted.cursor.next();
      return record === END_OF_RECORDS ? record : given(record);
    };
    return pulledStream(next, () => sorter.drop());
  });
}
