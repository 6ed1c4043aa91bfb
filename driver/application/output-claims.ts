import { LevinError } from '../../engine/errors/levin-error.ts';
import type { SavedOutput } from './application.ts';
import type { OutputFolder } from './output-folder.ts';
import type { Publication } from './plan-publication.ts';

/** `skip`: the mode is `ignore`, and something was there. */
export type OutputClaim = 'write' | 'skip';

/** What the journal knows of the output folder of one action. */
export interface OutputSlot {
  /** The action's number: names its mark in the folder. */
  readonly ordinal: number;
  /** What was decided when the action began, by this driver or an earlier one; null: not yet. */
  readonly outputClaim: OutputClaim | null;
  recordOutputClaim(claim: OutputClaim): Promise<void>;
  /** What an earlier driver was about to publish; null: it did not come so far. */
  readonly publication: Publication | null;
  recordPublication(publication: Publication): Promise<void>;
}

/** Which running action writes into which folder: one at a time. */
export interface OutputClaims {
  /**
   * Decides by the mode whether the action may write; fails with `OUTPUT_EXISTS`. It is decided once: after that what lies in the folder
   * may be the action's own.
   */
  claim(slot: OutputSlot, output: SavedOutput): Promise<OutputClaim>;
  leave(slot: OutputSlot): void;
}

export function createOutputClaims(folderOf: (path: string) => OutputFolder): OutputClaims {
  const writers = new Map<string, OutputSlot>();
  return {
    async claim(slot, { path, mode }) {
      if (writers.has(path)) throw beingWritten(path);
      writers.set(path, slot);
      const folder = folderOf(path);
      const claim = slot.outputClaim ?? (await folder.decide(mode));
      if (slot.outputClaim === null) await slot.recordOutputClaim(claim);
      if (claim === 'write' && slot.publication === null) await folder.mark(slot.ordinal);
      return claim;
    },
    leave(slot) {
      for (const [path, writer] of writers) if (writer === slot) writers.delete(path);
    },
  };
}

function beingWritten(path: string): LevinError {
  return new LevinError({
    code: 'OUTPUT_EXISTS',
    fault: 'user',
    message: `Output path is being written: another action that saves into ${path} still runs. Choose another path, or await that one first; nothing was written.`,
  });
}
