import { LevinError } from '../../engine/errors/levin-error.ts';
import type { PartFile } from './application.ts';
import { type CollectResults, type LostPartition, MAX_REREADS } from './collect-results.ts';
import type { KeptResult } from './stage-table.ts';

export interface CollectFiles extends Omit<CollectResults, 'reader'> {
  /** Of these files those that are not there. */
  readonly lostOf: (files: readonly PartFile[]) => Promise<readonly PartFile[]>;
}

/** The committed part files of each asked partition, in the order asked; files that are gone are made again. */
export async function collectFiles(partitions: readonly number[], collect: CollectFiles): Promise<readonly PartFile[]> {
  const found = new Map<number, PartFile>();
  for (let round = 0, missing = partitions; missing.length > 0; round++) {
    await collect.runJob(missing);
    const written = new Map(missing.map((partition) => [partFile(collect.action, partition, collect.committed(partition)), partition]));
    for (const [file, partition] of written) found.set(partition, file);
    const gone = await collect.lostOf([...written.keys()]);
    if (gone[0] !== undefined && round === MAX_REREADS) throw filesLost(collect.action, gone[0]);
    const lost = gone.map((file): LostPartition => {
      const partition = written.get(file) as number;
      return { partition, generation: collect.committed(partition).generation };
    });
    if (lost.length > 0) collect.onLost(lost);
    missing = lost.map(({ partition }) => partition);
  }
  return partitions.map((partition) => found.get(partition) as PartFile);
}

function partFile(action: string, partition: number, { output }: KeptResult): PartFile {
  if (output.kind === 'file') return { path: output.path, length: output.length, checksum: output.checksum };
  throw new LevinError({ code: 'INTERNAL', fault: 'internal', message: `${action}: partition ${partition} made no file.` });
}

function filesLost(action: string, { path }: PartFile): LevinError {
  return new LevinError({
    code: 'RESULT_LOST',
    fault: 'resource',
    message: `${action}: part files were written and were gone ${MAX_REREADS + 1} times before the output was complete (${path}). Something deletes files in the output folder while it is written.`,
  });
}
