import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ResultReader } from './result-reader.ts';
import type { KeptResult } from './stage-table.ts';

/** How often results that were committed but cannot be read are made again. */
export const MAX_REREADS = 4;

/** A committed output that cannot be read. */
export interface LostPartition {
  readonly partition: number;
  readonly generation: number;
}

export interface CollectResults {
  /** For messages. */
  readonly action: string;
  readonly reader: ResultReader;
  /** Resolves when these partitions are committed. */
  readonly runJob: (partitions: readonly number[]) => Promise<void>;
  readonly committed: (partition: number) => KeptResult;
  /** These outputs are committed and cannot be read: the next job makes them again. */
  readonly onLost: (outputs: readonly LostPartition[]) => void;
}

/** The records of each asked partition, in the order asked; results that are gone are made again. */
export async function collectResults(partitions: readonly number[], collect: CollectResults): Promise<readonly (readonly unknown[])[]> {
  const found = new Map<number, readonly unknown[]>();
  for (let round = 0, missing = partitions; missing.length > 0; round++) {
    await collect.runJob(missing);
    const lost: LostPartition[] = [];
    let reason = '';
    for (const partition of missing) {
      const { output, generation } = collect.committed(partition);
      const read = await collect.reader.read(output);
      if (read.kind === 'records') found.set(partition, read.records);
      else {
        lost.push({ partition, generation });
        reason = read.reason;
      }
    }
    if (lost.length > 0 && round === MAX_REREADS) throw resultsLost(collect.action, reason);
    if (lost.length > 0) collect.onLost(lost);
    missing = lost.map(({ partition }) => partition);
  }
  return partitions.map((partition) => found.get(partition) as readonly unknown[]);
}

function resultsLost(action: string, reason: string): LevinError {
  return new LevinError({
    code: 'RESULT_LOST',
    fault: 'resource',
    message: `${action}: results were committed but could not be read ${MAX_REREADS + 1} times (${reason}). Something deletes or damages files in the state folder.`,
  });
}
