import type { ResultStage } from '../application/application.ts';

/** Every partition of a result stage. */
export function allPartitions(stage: Pick<ResultStage, 'numPartitions'>): readonly number[] {
  return Array.from({ length: stage.numPartitions }, (_, partition) => partition);
}
