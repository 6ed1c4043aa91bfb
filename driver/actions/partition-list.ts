import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ResultStage } from '../application/application.ts';

/** The records that a job over chosen partitions gives, in the order asked; a partition that is named twice is given twice. */
export async function runPartitions<T>(stage: ResultStage, asked: readonly number[]): Promise<T[]> {
  const { numPartitions } = stage;
  asked.forEach((partition, i) => {
    if (partition < numPartitions) return;
    throw invalid(`partitions[${i}] is ${partition}; the RDD has ${numPartitions} partitions, counted from 0.`);
  });
  const different = [...new Set(asked)];
  const parts = await stage.run(different);
  const byPartition = new Map(different.map((partition, i) => [partition, parts[i] as readonly T[]]));
  return asked.flatMap((partition) => byPartition.get(partition) as readonly T[]);
}

/** Refuses what can be no partition number of any RDD. */
export function checkPartitionList(partitions: readonly number[]): void {
  partitions.forEach((partition, i) => {
    if (!Number.isSafeInteger(partition) || partition < 0)
      throw invalid(`partitions[${i}] is ${partition}; it must be a whole number from 0.`);
  });
}

function invalid(message: string): LevinError {
  return new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `runJob: ${message}` });
}
