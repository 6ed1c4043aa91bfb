import { type BlockHeader, parseArrivedBlocks } from './block-format.ts';

/** Whole blocks, checked, and the bytes that they stand in. */
export interface Assembled {
  readonly bytes: Uint8Array;
  readonly blocks: readonly BlockHeader[];
}

/**
 * Makes blocks out of bytes that arrive in pieces, wherever they are cut.
 * ```
 *   pieces   │▣▣▣▣▣▣▣▣▣▣│▣▣▣▣▣▣▣▣▣▣│▣▣▣▣
 *   blocks   [   ][   ][      ][     ][  ]     of each piece what is whole; the rest waits for the next piece
 * ```
 */
export interface BlockAssembler {
  /** Takes the piece that follows; `bytesToCome` follow after it. Throws `CORRUPT_DATA`, and then has not taken it. */
  take(piece: Uint8Array, bytesToCome: number): Assembled;
  /** Bytes taken that no block was made of yet. */
  readonly waitingBytes: number;
  /** Forgets them: they are going to be taken again. */
  drop(): void;
}

export function createBlockAssembler(): BlockAssembler {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let neededBytes = 0;
  return {
    take(piece, bytesToCome) {
      const size = waitingBytes + piece.byteLength;
      if (size < neededBytes && bytesToCome > 0) {
        waiting.push(piece);
        waitingBytes = size;
        return { bytes: piece, blocks: [] };
      }
      const bytes = waiting.length === 0 ? piece : Buffer.concat([...waiting, piece]);
      const arrived = parseArrivedBlocks(bytes, bytesToCome);
      ({ neededBytes } = arrived);
      waitingBytes = bytes.byteLength - arrived.end;
      // A copy, so that a few bytes do not keep the whole piece.
      waiting = waitingBytes === 0 ? [] : [bytes.slice(arrived.end)];
      return { bytes, blocks: arrived.blocks };
    },
    get waitingBytes() {
      return waitingBytes;
    },
    drop() {
      waiting = [];
      waitingBytes = 0;
      neededBytes = 0;
    },
  };
}
