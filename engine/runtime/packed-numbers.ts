import { LevinError } from '../errors/levin-error.ts';
import { MAX_VARINT_BYTES, readVarint, writeVarint } from '../records/varint.ts';

/** Non-negative safe integers as base64 of varints. */
export function packNumbers(numbers: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(numbers.length * MAX_VARINT_BYTES);
  let at = 0;
  for (const number of numbers) {
    if (!Number.isSafeInteger(number) || number < 0) throw notPackable(number);
    at = writeVarint(bytes, at, number);
  }
  return bytes.toString('base64', 0, at);
}

/** The inverse of `packNumbers`. */
export function unpackNumbers(packed: string): number[] {
  const bytes = Buffer.from(packed, 'base64');
  const numbers: number[] = [];
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const number = readVarint(bytes, cursor);
    if (number < 0) throw notPacked(packed);
    numbers.push(number);
  }
  return numbers;
}

function notPackable(number: number): LevinError {
  return new LevinError({
    code: 'NUMBER_NOT_PACKABLE',
    fault: 'internal',
    message: `A commit item cannot hold the number ${number}: counts, sizes and steps between offsets are non-negative safe integers.`,
  });
}

function notPacked(packed: string): LevinError {
  return new LevinError({
    code: 'CORRUPT_DATA',
    fault: 'internal',
    message: `A commit item holds ${JSON.stringify(packed)}, and these are no packed numbers. Run the job again.`,
  });
}
