import { LevinError } from '../../errors/levin-error.ts';
import { MAX_VARINT_BYTES, readVarint, writeVarint } from '../../records/varint.ts';

/** Writes whole numbers as varints, strings with their length before. */
export interface ByteWriter {
  number(value: number): void;
  text(value: string): void;
  finish(): Uint8Array;
}

export interface ByteReader {
  number(): number;
  text(): string;
  /** Fails unless everything was read. */
  end(): void;
}

export function createByteWriter(): ByteWriter {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(256);
  let at = 0;
  const reserve = (count: number): void => {
    if (at + count <= bytes.length) return;
    const larger = new Uint8Array(Math.max(bytes.length * 2, at + count));
    larger.set(bytes);
    bytes = larger;
  };
  const number = (value: number): void => {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no whole number from 0 to 2^53 - 1`);
    reserve(MAX_VARINT_BYTES);
    at = writeVarint(bytes, at, value);
  };
  return {
    number,
    text(value) {
      const encoded = encoder.encode(value);
      number(encoded.length);
      reserve(encoded.length);
      bytes.set(encoded, at);
      at += encoded.length;
    },
    finish: () => bytes.slice(0, at),
  };
}

/** `what` names the bytes in errors: `CORRUPT_DATA`, never a wrong answer. */
export function createByteReader(bytes: Uint8Array, what: string): ByteReader {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const cursor = { at: 0 };
  const number = (): number => {
    const value = readVarint(bytes, cursor);
    if (value < 0) throw corrupt(what, 'a number does not end');
    return value;
  };
  return {
    number,
    text() {
      const length = number();
      const start = cursor.at;
      if (length > bytes.length - start) throw corrupt(what, 'a text is longer than what is left');
      cursor.at += length;
      try {
        return decoder.decode(bytes.subarray(start, cursor.at));
      } catch {
        throw corrupt(what, 'a text is not UTF-8');
      }
    },
    end() {
      if (cursor.at !== bytes.length) throw corrupt(what, `${bytes.length - cursor.at} bytes are left over`);
    },
  };
}

export function corrupt(what: string, why: string): LevinError {
  return new LevinError({ code: 'CORRUPT_DATA', fault: 'internal', message: `${what} cannot be read: ${why}. Run the job again.` });
}
