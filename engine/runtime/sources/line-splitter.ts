import { Buffer, constants, isAscii } from 'node:buffer';
import { LevinError } from '../../errors/levin-error.ts';
import type { InvalidUtf8 } from '../../types/file-format.ts';
import type { FileSplit } from '../../types/task.ts';
import { checkUtf8 } from './utf8-check.ts';

const LF = 10;
const CR = 13;
const BOM = [0xef, 0xbb, 0xbf] as const;
/**
 * Whole lines of about so many bytes become one string, of which each line is a slice: five times as fast as a string for each line.
 * A slice that is kept keeps its piece, so pieces are small.
 */
const PIECE_BYTES = 8192;

/**
 * The lines of one split of a file, from chunks of its bytes in order.
 *
 * A line belongs to the split in which it begins, so every line of a file is read once, wherever the file is cut:
 * ```
 *   file      one ⏎ two ⏎ three ⏎ four
 *   splits    [         ) [           )      lines that begin in the first: one, two, three; in the second: four
 * ```
 * Chunks therefore start one byte before the split, where the end of a line tells that a new one begins, and go on past the split's end
 * until its last line has ended. Lines end with LF, CR LF or CR, as in Hadoop; the last one may end with the file. A byte order mark at the
 * file's start is no part of the first line. Bytes that are not UTF-8 become U+FFFD, or fail with `INVALID_UTF8`.
 */
export interface LineSplitter {
  /** The chunk that follows the one before. */
  feed(chunk: Uint8Array): void;
  /** At most `max` lines out of what was fed. Fewer: feed more, unless it is done. */
  lines(max: number): string[];
  /** Nothing follows what was fed: the file ends here, whatever its size was said to be. */
  end(): void;
  /** No more lines begin in the split: nothing needs to be fed. */
  done(): boolean;
}

/** Offset of the first byte to feed. */
export function firstByte(split: FileSplit): number {
  return Math.max(0, split.start - 1);
}

export interface SplitterOptions {
  readonly pieceBytes?: number;
  readonly invalidUtf8?: InvalidUtf8;
}

export function createLineSplitter(
  split: FileSplit,
  { pieceBytes = PIECE_BYTES, invalidUtf8 = 'replace' }: SplitterOptions = {},
): LineSplitter {
  let chunk: Buffer = Buffer.alloc(0);
  let ascii = false;
  /** Next byte in the chunk, and the file offset of the chunk's first byte. */
  let at = 0;
  let base = firstByte(split);
  let skipping = split.start > 0;
  /** The chunk before ended with a CR that ended a line: an LF now belongs to it. */
  let afterCr = false;
  /** Beginning of a line whose end is in a later chunk. */
  let carry: Buffer[] = [];
  let carried = 0;
  let nextCr = -1;
  /** Whole lines that are a string already, and where the next one begins in it. */
  let piece = '';
  let pieceAt = 0;
  let { size } = split;
  let finished = split.start >= Math.min(split.end, size);

  const textAt = (line: Buffer, offset: number, plain: boolean): string => {
    if (!plain && invalidUtf8 === 'fail') checkUtf8(split.path, line, offset);
    return decode(line, { ascii: plain, first: offset === 0 });
  };
  const textOf = (start: number, end: number): string => {
    if (carry.length === 0) return textAt(chunk.subarray(start, end), base + start, ascii);
    const line = Buffer.concat([...carry, chunk.subarray(start, end)]);
    const at = base + start - carried;
    carry = [];
    carried = 0;
    return textAt(line, at, false);
  };
  const keep = (): void => {
    if (!skipping) {
      carry.push(chunk.subarray(at));
      carried += chunk.length - at;
      if (carried > constants.MAX_STRING_LENGTH) throw lineTooLong(split, carried);
    }
    at = chunk.length;
  };

  /** Index of the next CR or LF in the chunk, −1 when there is none. The CR found last is remembered: most files have none. */
  const findEnd = (): number => {
    const lf = chunk.indexOf(LF, at);
    if (nextCr !== -1 && nextCr < at) nextCr = chunk.indexOf(CR, at);
    if (nextCr === -1) return lf;
    return lf === -1 ? nextCr : Math.min(lf, nextCr);
  };

  /** Moves behind the line end at `end`; the next line begins there. */
  const passEnd = (end: number): void => {
    at = end + 1;
    if (chunk[end] !== CR) return;
    if (at < chunk.length) at += chunk[at] === LF ? 1 : 0;
    else afterCr = true;
  };
  const passLf = (): void => {
    if (at >= chunk.length) return;
    if (chunk[at] === LF) at += 1;
    afterCr = false;
  };

  /** Whether a line begins here that is the split's. When a line end may not be over yet, only a later chunk can tell. */
  const atBeginning = (): boolean => {
    const here = base + at;
    if (here >= split.end || here >= size) finished = true;
    return !finished;
  };

  const nextLine = (out: string[]): boolean => {
    if (carried === 0 && !skipping && !atBeginning()) return false;
    if (at >= chunk.length && base + at < size) return false;
    const end = findEnd();
    if (end !== -1) {
      if (!skipping) out.push(textOf(at, end));
      skipping = false;
      passEnd(end);
      return true;
    }
    const atEnd = base + chunk.length >= size;
    if (atEnd && !skipping) out.push(textOf(at, chunk.length));
    if (atEnd || (skipping && base + chunk.length >= split.end)) finished = true;
    else keep();
    return false;
  };

  /** Makes a piece of the lines at `at`. False where they are none of the plain ones: a CR is near, or the line ends in another chunk. */
  const openPiece = (): boolean => {
    if (nextCr !== -1 || skipping || carried > 0 || afterCr || !atBeginning()) return false;
    // The line that holds the split's last byte is its last.
    const last = Math.min(at + pieceBytes, split.end - base) - 1;
    const end = chunk.indexOf(LF, last) + 1;
    if (end === 0) return false;
    piece = textAt(chunk.subarray(at, end), base + at, ascii);
    pieceAt = 0;
    at = end;
    return true;
  };
  const takePiece = (out: string[], max: number): void => {
    while (pieceAt < piece.length && out.length < max) {
      const end = piece.indexOf('\n', pieceAt);
      out.push(piece.slice(pieceAt, end));
      pieceAt = end + 1;
    }
  };

  return {
    feed(next) {
      base += chunk.length;
      chunk = Buffer.from(next.buffer, next.byteOffset, next.byteLength);
      ascii = isAscii(chunk);
      at = 0;
      nextCr = chunk.indexOf(CR);
    },
    lines(max) {
      const out: string[] = [];
      while (out.length < max && !finished) {
        takePiece(out, max);
        if (out.length >= max) break;
        if (openPiece()) continue;
        if (afterCr) passLf();
        if (afterCr && base + at < Math.min(split.end, size)) break;
        if (!nextLine(out)) break;
      }
      return out;
    },
    end() {
      size = Math.min(size, base + chunk.length);
    },
    done: () => finished,
  };
}

function decode(line: Buffer, o: { readonly ascii: boolean; readonly first: boolean }): string {
  if (o.ascii) return line.toString('latin1');
  const marked = o.first && BOM.every((byte, i) => line[i] === byte);
  return line.toString('utf8', marked ? BOM.length : 0);
}

function lineTooLong(split: FileSplit, byteCount: number): LevinError {
  return new LevinError({
    code: 'LINE_TOO_LONG',
    fault: 'user',
    message: `${split.path} has a line of more than ${byteCount} bytes, and a string can have ${constants.MAX_STRING_LENGTH}. Is it a text file? Lines must end with LF, CR LF or CR.`,
    details: { path: split.path },
  });
}
