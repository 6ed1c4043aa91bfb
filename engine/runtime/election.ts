import type { MetadataStore } from '../ports/metadata-store.ts';
import type { StagedFiles } from '../ports/staged-files.ts';
import type { TaskOutcome, TaskSpec } from '../types/task.ts';
import { commitAttempt, type ReadOffsets } from './commit.ts';
import { discardOutput } from './discard-output.ts';
import type { PreparedOutput } from './worker/worker-protocol.ts';

/** What becomes of an attempt that has written its output. Of what was staged only a winner's file stays. */
export interface Election {
  /** By one conditional write: the winner's result, or `superseded`. */
  commit(spec: TaskSpec, prepared: PreparedOutput): Promise<TaskOutcome>;
  /** The attempt does not take part: it was stopped. Never fails. */
  withdraw(spec: TaskSpec, prepared: PreparedOutput): Promise<void>;
}

export interface ElectionOptions {
  readonly metadata: MetadataStore;
  readonly readOffsets: ReadOffsets;
  /** Where the attempt staged its file: asked for only by one that has not won. */
  readonly staged: (spec: TaskSpec) => Pick<StagedFiles, 'discard'> | Promise<Pick<StagedFiles, 'discard'>>;
  /** What an attempt that has not won could not take away. */
  readonly onWarning: (message: string) => void;
}

export function createElection({ metadata, readOffsets, staged, onWarning }: ElectionOptions): Election {
  const withdraw = async (spec: TaskSpec, { output }: PreparedOutput): Promise<void> => {
    if (output.kind !== 'file') return;
    const why = await discardOutput({ discard: async (...call) => (await staged(spec)).discard(...call) }, output);
    if (why !== null) onWarning(why);
  };
  return {
    commit: (spec, prepared) => commitAttempt({ metadata, spec, prepared, readOffsets, discard: () => withdraw(spec, prepared) }),
    withdraw,
  };
}
