import { join } from 'node:path';
import { eachLine } from './read-lines.ts';

/** The 20 most frequent words. */
export async function wordcount(data: string): Promise<string> {
  const counts = new Map<string, number>();
  await eachLine(join(data, 'corpus.txt'), (line) => {
    for (const word of line.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
  });
  const top = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 20);
  return top.map(([word, n]) => `${word}:${n}`).join(',');
}
