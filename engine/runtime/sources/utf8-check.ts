import { Buffer, isUtf8 } from 'node:buffer';
import { LevinError } from '../../errors/levin-error.ts';
import { codecOf } from '../../types/file-format.ts';

/** Fails with `INVALID_UTF8` at the first bytes that are none; the file's bytes are fed in order, cut anywhere. */
export interface Utf8Check {
  feed(bytes: Uint8Array): void;
  /** The file ends. */
  end(): void;
}

export function createUtf8Check(path: string): Utf8Check {
  let offset = 0;
  /** Bytes at the end of what was fed that may be the beginning of a character. */
  let open: Buffer = Buffer.alloc(0);
  const check = (bytes: Buffer, complete: boolean): void => {
    const bad = invalidAt(bytes, complete);
    if (bad.at !== null) throw invalidUtf8({ path, offset: offset + bad.at, byte: bytes[bad.at] as number });
    offset += bad.checked;
    open = Buffer.from(bytes.subarray(bad.checked));
  };
  return {
    feed(bytes) {
      const next = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      check(open.length === 0 ? next : Buffer.concat([open, next]), false);
    },
    end: () => check(open, true),
  };
}

/** Checks bytes that stand at `offset` of the file and end with a character. */
export function checkUtf8(path: string, bytes: Uint8Array, offset: number): void {
  const { at } = invalidAt(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), true);
  if (at !== null) throw invalidUtf8({ path, offset: offset + at, byte: bytes[at] as number });
}

interface Checked {
  /** The first byte of what is no character; null: none. */
  readonly at: number | null;
  /** Bytes that are known to be characters. */
  readonly checked: number;
}

function invalidAt(bytes: Buffer, complete: boolean): Checked {
  if (isUtf8(bytes)) return { at: null, checked: bytes.length };
  let at = 0;
  while (at < bytes.length) {
    const length = lengthOf(bytes[at] as number);
    const character = bytes.subarray(at, at + length);
    if (length === 0 || (character.length < length && (complete || !mayBegin(character)))) return { at, checked: at };
    if (character.length < length) return { at: null, checked: at };
    if (length > 1 && !isUtf8(character)) return { at, checked: at };
    at += length;
  }
  return { at: null, checked: at };
}

/** Whether bytes may follow that make it a character. */
function mayBegin(character: Buffer): boolean {
  const ends = [0x80, 0x90, 0xa0, 0xbf].map((byte) => Buffer.from([...character, ...Array.from({ length: 3 }, () => byte)]));
  return ends.some((bytes) => isUtf8(bytes.subarray(0, lengthOf(character[0] as number))));
}

/** Bytes of a character that begins so; 0 when none does. */
function lengthOf(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

function invalidUtf8({ path, offset, byte }: { readonly path: string; readonly offset: number; readonly byte: number }): LevinError {
  const where = codecOf(path) === null ? '' : ' of its decompressed content';
  return new LevinError({
    code: 'INVALID_UTF8',
    fault: 'user',
    message: `${path} is not UTF-8: byte ${offset}${where} is 0x${byte.toString(16)}, where no character can go on or begin. Convert the file, or read it with invalidUtf8: 'replace', which gives U+FFFD for such bytes.`,
    details: { path, offset },
  });
}
