import { compareKeys } from '../../records/compare-keys.ts';
import { decodeConstant } from '../../records/constant.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { eachRecord, recordsOutput } from './run-records.ts';

/** Counts the records in `[bounds[i], bounds[i + 1])`, the last bucket with its upper bound; null, undefined, NaN and what lies outside do not count. */
export async function bucketCounts(task: TaskContext, boundsText: string): Promise<TaskOutput> {
  const bounds = decodeConstant(boundsText) as readonly unknown[];
  const counts = new Array<number>(bounds.length - 1).fill(0);
  await eachRecord(task, (record) => {
    if (record === null || record === undefined || Number.isNaN(record)) return;
    const bucket = bucketOf(record, bounds);
    if (bucket >= 0) counts[bucket] = (counts[bucket] as number) + 1;
  });
  return await recordsOutput(task, [counts]);
}

/** Index of the bucket, −1 outside. */
function bucketOf(value: unknown, bounds: readonly unknown[]): number {
  const last = bounds.length - 1;
  if (compareKeys(value, bounds[0]) < 0 || compareKeys(value, bounds[last]) > 0) return -1;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (compareKeys(bounds[middle], value) <= 0) low = middle;
    else high = middle;
  }
  return low;
}
