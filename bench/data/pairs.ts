import { below, randomNumbers } from './random-numbers.ts';

const DIGITS = '0123456789abcdefghijklmnopqrstuv';

/** `key ⇥ number`, keys of 12 characters (60 random bits: no two are equal). */
export function* sortLines(count: number): Generator<string, void, undefined> {
  const random = randomNumbers(2);
  for (let i = 0; i < count; i++) {
    let key = '';
    for (let digit = 0; digit < 12; digit++) key += DIGITS[random() >>> 27];
    yield `${key}\t${below(random, 1e6)}`;
  }
}

/** `key ⇥ number`, each key once, in random order: keys number `from` to `from + count` of one sequence. */
export function* joinLines(seed: number, from: number, count: number): Generator<string, void, undefined> {
  const random = randomNumbers(seed);
  const ids = Uint32Array.from({ length: count }, (_, i) => from + i);
  for (let i = count - 1; i > 0; i--) {
    const j = below(random, i + 1);
    const id = ids[i] as number;
    ids[i] = ids[j] as number;
    ids[j] = id;
  }
  for (const id of ids) yield `k${(Math.imul(id, 2654435761) >>> 0).toString(16).padStart(8, '0')}\t${below(random, 1000)}`;
}

/** `key ⇥ number` with `keys` different keys. */
export function* groupLines(count: number, keys: number): Generator<string, void, undefined> {
  const random = randomNumbers(5);
  for (let i = 0; i < count; i++) yield `g${below(random, keys).toString(36).padStart(4, '0')}\t${below(random, 1000)}`;
}
