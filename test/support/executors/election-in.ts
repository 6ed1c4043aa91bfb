import type { MetadataStore } from '../../../engine/ports/metadata-store.ts';
import { createElection, type Election } from '../../../engine/runtime/election.ts';

/** The real election, for tasks that write no shuffle output and no files. */
export function electionIn(metadata: MetadataStore): Election {
  const readOffsets = async (key: string): Promise<never> => {
    throw new Error(`test tasks write no shuffle output, but the offsets of ${key} were asked for`);
  };
  const staged = (): never => {
    throw new Error('test tasks stage no files, but they were asked for');
  };
  return createElection({ metadata, readOffsets, staged, onWarning: console.warn });
}
