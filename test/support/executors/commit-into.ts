import type { MetadataStore } from '../../../engine/ports/metadata-store.ts';
import { commitAttempt } from '../../../engine/runtime/commit.ts';
import type { Commit } from '../../../engine/runtime/supervisor/commit-prepared.ts';

/** The real commit protocol, for tasks that write no shuffle output. */
export function commitInto(metadata: MetadataStore): Commit {
  const readOffsets = async (key: string): Promise<never> => {
    throw new Error(`test tasks write no shuffle output, but the offsets of ${key} were asked for`);
  };
  return (spec, prepared) => commitAttempt({ metadata, spec, prepared, readOffsets });
}
