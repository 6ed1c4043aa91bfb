import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { testExample } from '../../support/test-example.ts';

const [NORTH, EAST] = [111.2, 111.2 * Math.cos((39 * Math.PI) / 180)];

/** Lloyd's algorithm over parallel arrays, by squared distances. */
function plainKMeans(k: number): string {
  const rows = readFileSync('node_modules/vega-datasets/data/zipcodes.csv', 'utf8').trim().split('\n').slice(1);
  const ys = rows.map((row) => Number(row.split(',')[1]) * NORTH);
  const xs = rows.map((row) => Number(row.split(',')[2]) * EAST);
  const byHash = xs.map((x, i) => [crc32(`${x} ${ys[i]}`), i] as const).sort(([a], [b]) => a - b);
  let centers = byHash.slice(0, k).map(([, i]) => [xs[i] as number, ys[i] as number] as const);
  let owner: number[] = [];
  const assign = (): void => {
    owner = xs.map((x, i) => {
      const squares = centers.map(([cx, cy]) => (x - cx) ** 2 + ((ys[i] as number) - cy) ** 2);
      return squares.indexOf(Math.min(...squares));
    });
  };
  let rounds = 0;
  for (let moved = Number.POSITIVE_INFINITY; moved > 1; rounds++) {
    assign();
    const next = centers.map((_, c) => {
      const own = owner.flatMap((o, i) => (o === c ? [i] : []));
      const mean = (values: readonly number[]): number => own.reduce((sum, i) => sum + (values[i] as number), 0) / own.length;
      return [mean(xs), mean(ys)] as const;
    });
    moved = Math.max(...next.map(([x, y], c) => Math.sqrt((x - (centers[c]?.[0] ?? 0)) ** 2 + (y - (centers[c]?.[1] ?? 0)) ** 2)));
    centers = next;
  }
  assign();
  const found = centers.map(([x, y], c) => ({
    size: owner.filter((o) => o === c).length,
    place: `${(y / NORTH).toFixed(2)}, ${(x / EAST).toFixed(2)}`,
  }));
  found.sort((a, b) => b.size - a.size);
  return [
    `settled after ${rounds} iterations`,
    ...found.map(({ size, place }) => `${String(size).padStart(6)} zip codes around ${place}`),
    '',
  ].join('\n');
}

testExample('k-means', {
  expected: () => [plainKMeans(6)],
  totals: ['36 jobs, 37 stages, 73 tasks, 0 retries'],
  mistake: ['examples/k-means.ts', 'y: sum.y / sum.n', 'y: sum.y / (sum.n + 1)'],
});
