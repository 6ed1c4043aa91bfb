import { readFileSync } from 'node:fs';
import { testExample } from '../../support/test-example.ts';

/** The power method with a matrix. */
function plainPageRank(iterations: number): string {
  const rows = readFileSync('node_modules/vega-datasets/data/flights-airport.csv', 'utf8').trim().split(/\r?\n/).slice(1);
  const edges = rows.map((row) => row.split(',') as [string, string, string]);
  const airports = [...new Set(edges.flatMap(([from, to]) => [from, to]))];
  const number = new Map(airports.map((airport, i) => [airport, i]));
  const share = airports.map(() => new Float64Array(airports.length));
  for (const [from, to, count] of edges) (share[number.get(from) as number] as Float64Array)[number.get(to) as number] = Number(count);
  for (const row of share) {
    const all = row.reduce((a, b) => a + b, 0);
    if (all > 0) row.set(row.map((n) => n / all));
  }
  // An airport without departures passes nothing on.
  let ranks = airports.map(() => 1);
  for (let round = 0; round < iterations; round++) {
    ranks = airports.map((_, to) => 0.15 + 0.85 * ranks.reduce((sum, rank, from) => sum + rank * (share[from]?.[to] as number), 0));
  }
  const top = airports.map((airport, i) => [airport, ranks[i] as number] as const).sort(([, a], [, b]) => b - a);
  return top
    .slice(0, 10)
    .map(([airport, rank]) => `${airport} ${rank.toFixed(3).padStart(7)}\n`)
    .join('');
}

testExample('page-rank', {
  expected: () => [plainPageRank(10)],
  totals: ['1 job, 12 stages, 23 tasks, 0 retries'],
  mistake: ['examples/page-rank.ts', '0.15 + 0.85', '0.15 + 0.8'],
});
