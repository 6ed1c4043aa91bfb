import type { SpillSpace } from './spill-space.ts';

/** Chunks of bytes, first in, first out: as many in memory as fit, those behind on disk. */
export interface ByteSpool {
  push(chunk: Uint8Array): void;
  /** undefined: there is none. */
  shift(): Uint8Array | undefined;
  drop(): void;
}

type Held =
  | { readonly kind: 'memory'; readonly chunk: Uint8Array }
  | { readonly kind: 'disk'; readonly start: number; readonly end: number };

/** Stands where a chunk was, which must not be held. */
const TAKEN: Held = { kind: 'disk', start: 0, end: 0 };

export function createByteSpool(space: SpillSpace): ByteSpool {
  const chunks: Held[] = [];
  let first = 0;
  let heldBytes = 0;
  let file: string | null = null;
  const isLarge = (bytes: number): boolean => bytes > space.shareBytes;
  return {
    push(chunk) {
      // Empty again: what is pushed is shifted next, and no order to keep behind what is on disk.
      const waits = first < chunks.length;
      if (waits && (isLarge(heldBytes + chunk.length) || chunks.at(-1)?.kind === 'disk')) {
        file ??= space.newFile();
        const start = space.scratch.append(file, chunk);
        chunks.push({ kind: 'disk', start, end: start + chunk.length });
        space.spilled({ memoryBytes: chunk.length, diskBytes: chunk.length, forced: false });
        return;
      }
      chunks.push({ kind: 'memory', chunk });
      heldBytes += chunk.length;
    },
    shift() {
      const held = chunks[first];
      if (held === undefined) return undefined;
      chunks[first] = TAKEN;
      first += 1;
      if (first === chunks.length) {
        chunks.length = 0;
        first = 0;
      }
      if (held.kind === 'disk') return space.scratch.read(file as string, held.start, held.end);
      heldBytes -= held.chunk.length;
      return held.chunk;
    },
    drop() {
      chunks.length = 0;
      first = 0;
      heldBytes = 0;
      if (file !== null) space.scratch.drop(file);
    },
  };
}
