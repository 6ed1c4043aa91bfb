import { LevinError } from '../../engine/errors/levin-error.ts';

/** What the journal knows of the output folder of one action. */
export interface OutputSlot {
  /** An earlier driver found it free: what is in it now is the action's own. */
  readonly outputWasFree: boolean;
  recordOutputFree(path: string): Promise<void>;
}

/** Which running action writes into which folder: one at a time, and only into a folder that was free when it began. */
export interface OutputClaims {
  /** Fails with `OUTPUT_EXISTS`. That the folder is free is decided once: after that what is in it is the action's own. */
  claim(slot: OutputSlot, path: string): Promise<void>;
  leave(slot: OutputSlot): void;
}

export function createOutputClaims(checkFree: (path: string) => Promise<void>): OutputClaims {
  const writers = new Map<string, OutputSlot>();
  return {
    async claim(slot, path) {
      if (writers.has(path)) throw beingWritten(path);
      writers.set(path, slot);
      if (slot.outputWasFree) return;
      await checkFree(path);
      await slot.recordOutputFree(path);
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
    message: `Output path is being written: another saveAsTextFile into ${path} still runs. Choose another path, or await that one first; nothing was written.`,
  });
}
