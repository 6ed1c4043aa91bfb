import { LevinError } from '../../errors/levin-error.ts';

/** Writes whole numbers of up to 53 bits as little-endian base 128, strings with their length before. */
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
    reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      bytes[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[at++] = rest;
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
  let at = 0;
  const number = (): number => {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i += 1) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (Number.isSafeInteger(value)) return value;
        break;
      }
      scale *= 0x80;
    }
    throw corrupt(what, 'a number does not end');
  };
  return {
    number,
    text() {
      const length = number();
      if (length > bytes.length - at) throw corrupt(what, 'a text is longer than what is left');
      at += length;
      try {
        return decoder.decode(bytes.subarray(at - length, at));
      } catch {
        throw corrupt(what, 'a text is not UTF-8');
      }
    },
    end() {
      if (at !== bytes.length) throw corrupt(what, `${bytes.length - at} bytes are left over`);
    },
  };
}

export function corrupt(what: string, why: string): LevinError {
  return new LevinError({ code: 'CORRUPT_DATA', fault: 'internal', message: `${what} cannot be read: ${why}. Run the job again.` });
}
