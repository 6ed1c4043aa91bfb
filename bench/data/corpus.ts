import { below, randomNumbers, unit } from './random-numbers.ts';

const WORDS = 100_000;
const CONSONANTS = 'bcdfghjklmnprstvwz';
const VOWELS = 'aeiou';

/** Lines of 6 to 19 words out of 100,000; the word of rank k has the weight 1 / (k + 1): Zipf's law with s = 1. */
export function* corpusLines(byteCount: number): Generator<string, void, undefined> {
  const random = randomNumbers(1);
  const words = vocabulary(random);
  const draw = weightedDraw(Float64Array.from(words, (_, rank) => 1 / (rank + 1)));
  for (let bytes = 0; bytes < byteCount; ) {
    let line = '';
    for (let n = 6 + below(random, 14); n > 0; n--) line += `${line === '' ? '' : ' '}${words[draw(random)]}`;
    bytes += line.length + 1;
    yield line;
  }
}

/** Made-up words, frequent ones shorter. */
function vocabulary(random: () => number): readonly string[] {
  const words = new Set<string>();
  while (words.size < WORDS) {
    const rank = words.size;
    const syllables = rank < 40 ? 1 : rank < 1500 ? 1 + below(random, 2) : 2 + below(random, 3);
    let word = '';
    for (let i = 0; i < syllables; i++) word += `${CONSONANTS[below(random, CONSONANTS.length)]}${VOWELS[below(random, VOWELS.length)]}`;
    if (random() & 1) word += CONSONANTS[below(random, CONSONANTS.length)];
    words.add(word);
  }
  return [...words];
}

/** Walker's alias method: an index with the probability of its weight, in constant time. */
function weightedDraw(weights: Float64Array): (random: () => number) => number {
  const sum = weights.reduce((a, b) => a + b, 0);
  const keep = weights.map((weight) => (weight * weights.length) / sum);
  const alias = new Int32Array(weights.length);
  const [small, large]: [number[], number[]] = [[], []];
  keep.forEach((p, i) => void (p < 1 ? small : large).push(i));
  while (small.length > 0 && large.length > 0) {
    const [s, l] = [small.pop() as number, large.pop() as number];
    alias[s] = l;
    keep[l] = (keep[l] as number) + (keep[s] as number) - 1;
    ((keep[l] as number) < 1 ? small : large).push(l);
  }
  for (const i of [...small, ...large]) keep[i] = 1;
  return (random) => {
    const i = below(random, weights.length);
    return unit(random) < (keep[i] as number) ? i : (alias[i] as number);
  };
}
