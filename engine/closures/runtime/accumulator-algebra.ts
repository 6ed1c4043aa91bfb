import { LevinError } from '../../errors/levin-error.ts';
import type { AccumulatorAlgebra, AccumulatorKind } from '../../types/accumulator.ts';

/** Count and sum, of numbers or of bigints; changed in place, since every record may be added. */
export interface Total<N extends number | bigint> {
  count: number;
  sum: N;
}

/** The functions of an accumulator of the user's. */
export interface CustomFunctions {
  zero(): unknown;
  add(state: unknown, value: unknown): unknown;
  /** Absent in tasks, which never merge. */
  merge?(a: unknown, b: unknown): unknown;
}

/**
 * How an accumulator adds up; `text` names it in errors. A value that it does not take fails with `ACCUMULATOR_VALUE`,
 * a sum of whole numbers that is not exact any more with `ACCUMULATOR_OVERFLOW`.
 */
export function algebraOf(kind: AccumulatorKind, text: string, custom: CustomFunctions | null): AccumulatorAlgebra {
  switch (kind) {
    case 'long':
      return longAlgebra(text);
    case 'double':
      return doubleAlgebra(text);
    case 'bigint':
      return bigintAlgebra(text);
    case 'collection':
      return collectionAlgebra;
    case 'custom':
      return customAlgebra(text, custom as CustomFunctions);
  }
}

function longAlgebra(text: string): AccumulatorAlgebra {
  const grow = (total: Total<number>, count: number, sum: number): Total<number> => {
    total.count += count;
    total.sum += sum;
    if (Number.isSafeInteger(total.sum)) return total;
    throw failure(
      'ACCUMULATOR_OVERFLOW',
      `The sum of ${text} is above 2^53 - 1 in size, where whole numbers stop being exact. Use bigintAccumulator.`,
    );
  };
  return {
    zero: () => ({ count: 0, sum: 0 }),
    add(total, value) {
      if (!Number.isSafeInteger(value)) {
        throw failure(
          'ACCUMULATOR_VALUE',
          `${text} was given ${shown(value)}; it takes whole numbers up to 2^53 - 1 in size. Use doubleAccumulator for fractions, bigintAccumulator for larger numbers.`,
        );
      }
      return grow(total as Total<number>, 1, value as number);
    },
    merge: (a, b) => grow(a as Total<number>, (b as Total<number>).count, (b as Total<number>).sum),
  };
}

function doubleAlgebra(text: string): AccumulatorAlgebra {
  return {
    zero: () => ({ count: 0, sum: 0 }),
    add(total, value) {
      if (typeof value !== 'number') throw failure('ACCUMULATOR_VALUE', `${text} was given ${shown(value)}; it takes numbers.`);
      return grown(total as Total<number>, 1, value);
    },
    merge: (a, b) => grown(a as Total<number>, (b as Total<number>).count, (b as Total<number>).sum),
  };
}

function bigintAlgebra(text: string): AccumulatorAlgebra {
  return {
    zero: () => ({ count: 0, sum: 0n }),
    add(total, value) {
      if (typeof value !== 'bigint')
        throw failure('ACCUMULATOR_VALUE', `${text} was given ${shown(value)}; it takes bigints. Make one with BigInt(value).`);
      return grown(total as Total<bigint>, 1, value);
    },
    merge: (a, b) => grown(a as Total<bigint>, (b as Total<bigint>).count, (b as Total<bigint>).sum),
  };
}

function grown<N extends number | bigint>(total: Total<N>, count: number, sum: N): Total<N> {
  total.count += count;
  total.sum = ((total.sum as number) + (sum as number)) as N;
  return total;
}

const collectionAlgebra: AccumulatorAlgebra = {
  zero: () => [],
  add(values, value) {
    (values as unknown[]).push(value);
    return values;
  },
  merge(a, b) {
    for (const value of b as unknown[]) (a as unknown[]).push(value);
    return a;
  },
};

function customAlgebra(text: string, { zero, add, merge }: CustomFunctions): AccumulatorAlgebra {
  const checked = (name: string, state: unknown): unknown => {
    if (state === undefined) throw failure('ACCUMULATOR_STATE', `${name} of ${text} gave undefined; it must return the new state.`);
    if (state instanceof Promise)
      throw failure('ACCUMULATOR_STATE', `${name} of ${text} gave a promise; it must return the state at once. Await before you add.`);
    return state;
  };
  return {
    zero: () => checked('zero', zero()),
    add: (state, value) => checked('add', add(state, value)),
    merge: (a, b) => checked('merge', merge?.(a, b)),
  };
}

function failure(code: string, message: string): LevinError {
  return new LevinError({ code, fault: 'user', message });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
