import type { NumberAccumulator } from 'levin';

/** A module that executors import, too. */
export function countIn(word: string, seen: NumberAccumulator): number {
  seen.add(word.length);
  return word.length;
}
