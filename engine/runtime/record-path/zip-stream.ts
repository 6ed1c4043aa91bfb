import { LevinError } from '../../errors/levin-error.ts';
import { createRecordCursor } from './record-cursor.ts';
import type { Batch, RecordStream } from './record-stream.ts';
import { markSettled, type TaskPlace } from './user-error.ts';

/** [left, right] for the i-th records of both; they must end together. */
export function zipStream(left: RecordStream, right: RecordStream, place: TaskPlace): RecordStream {
  const sides = [createRecordCursor(left), createRecordCursor(right)] as const;
  let given = 0;

  const give = (max: number): Batch | null => {
    const [a, b] = sides;
    if (a.ended !== b.ended) throw unequal(a.ended ? 'first' : 'second', given, place);
    if (a.ended) return null;
    const count = Math.min(a.held, b.held, max);
    const others = b.take(count);
    given += count;
    return a.take(count).map((record, i) => [record, others[i]]);
  };
  const fillAsync = async (waiting: Promise<void>, max: number): Promise<Batch | null> => {
    await waiting;
    for (const side of sides) await side.fill(max);
    return give(max);
  };
  return {
    async prepare() {
      await left.prepare();
      await right.prepare();
    },
    pull(max) {
      for (const side of sides) {
        const waiting = side.fill(max);
        if (waiting !== null) return fillAsync(waiting, max);
      }
      return give(max);
    },
    async close() {
      await left.close();
      await right.close();
    },
  };
}

function unequal(short: string, count: number, { partition, stageNumber }: TaskPlace): unknown {
  return markSettled(
    new LevinError({
      code: 'UNEQUAL_PARTITIONS',
      fault: 'user',
      message:
        `zip needs as many records on both sides in each partition, but in partition ${partition} of stage ${stageNumber} the ${short} RDD ` +
        `ends after ${count} and the other one goes on. Use zipPartitions, or zipWithIndex on both and join.`,
    }),
  );
}
