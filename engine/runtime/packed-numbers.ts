import { LevinError } from '../errors/levin-error.ts';

/** Non-negative safe integers as base64 of varints (7 bits a byte, low bits first). */
export function packNumbers(numbers: readonly number[]): string {
  const bytes: number[] = [];
  for (const number of numbers) {
    if (!Number.isSafeInteger(number) || number < 0) throw notPackable(number);
    let rest = number;
    // Not `>>`: offsets may pass 2^32.
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  return Buffer.from(bytes).toString('base64');
}

/** The inverse of `packNumbers`. */
export function unpackNumbers(packed: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  let weight = 1;
  for (const byte of Buffer.from(packed, 'base64')) {
    number += (byte % 128) * weight;
    weight *= 128;
    if (byte < 128) {
      numbers.push(number);
      number = 0;
      weight = 1;
    }
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
