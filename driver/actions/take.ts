import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ResultStage } from '../application/application.ts';

/** How many times more partitions a round asks for when nothing was found so far (Spark's `spark.rdd.limit.scaleUpFactor`). */
const SCALE_UP = 4;

/** One partition first; then as many as the records found so far let expect, at most four times those scanned. */
export async function takeRecords<T>(stage: ResultStage, n: number): Promise<T[]> {
  const found: T[] = [];
  let scanned = 0;
  while (found.length < n && scanned < stage.numPartitions) {
    const end = Math.min(stage.numPartitions, scanned + nextRound(scanned, found.length, n));
    const partitions = Array.from({ length: end - scanned }, (_, i) => scanned + i);
    for (const records of await stage.run(partitions)) {
      for (const record of records) if (found.length < n) found.push(record as T);
    }
    scanned = end;
  }
  return found;
}

function nextRound(scanned: number, found: number, n: number): number {
  if (scanned === 0) return 1;
  if (found === 0) return scanned * SCALE_UP;
  const expected = Math.ceil((1.5 * n * scanned) / found) - scanned;
  return Math.min(Math.max(expected, 1), scanned * SCALE_UP);
}

export async function firstRecord<T>(stage: ResultStage): Promise<T> {
  const found = await takeRecords<T>(stage, 1);
  if (found.length === 0) throw emptyRdd('first');
  return found[0] as T;
}

export function emptyRdd(action: string): LevinError {
  return new LevinError({
    code: 'EMPTY_RDD',
    fault: 'user',
    message: `${action}: the RDD has no records. Use take(1) where it may be empty${action === 'reduce' ? ', or union it with a neutral record' : ''}.`,
  });
}
