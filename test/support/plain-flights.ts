import { readFileSync } from 'node:fs';

const { csvParse } = (await import('d3-dsv' as string)) as {
  readonly csvParse: (text: string) => readonly Readonly<Record<string, string>>[];
};

const read = (name: string): readonly Readonly<Record<string, string>>[] =>
  csvParse(readFileSync(`node_modules/vega-datasets/data/${name}`, 'utf8'));

/** What examples/flights.ts prints, by nested maps, state by state. */
export function plainFlights(): string {
  const stateOf = new Map(read('airports.csv').map((row) => [row['iata'], row['state'] as string]));
  const states = new Map<string, Map<string, number>>();
  for (const row of read('flights-airport.csv')) {
    const [from, to] = [stateOf.get(row['origin'] as string), stateOf.get(row['destination'] as string)];
    if (from === undefined || to === undefined || from === to) continue;
    const sums = states.get(from) ?? new Map<string, number>();
    states.set(from, sums.set(to, (sums.get(to) ?? 0) + Number(row['count'])));
  }
  const ranked = [...states].map(([from, sums]) => ({ from, best: [...sums].sort(([, a], [, b]) => b - a) }));
  const routes = ranked.flatMap(({ from, best }) => best.map(([to, n]) => ({ from, to, n }))).sort((a, b) => b.n - a.n);
  const states5 = ranked.sort((a, b) => (b.best[0]?.[1] ?? 0) - (a.best[0]?.[1] ?? 0)).slice(0, 5);
  return [
    'The busiest routes between states:',
    ...routes.slice(0, 8).map(({ from, to, n }) => `  ${from} → ${to} ${String(n).padStart(6)}`),
    'The 3 destinations with most flights, of the five states whose first has most:',
    ...states5.map(
      ({ from, best }) =>
        `  ${from} → ${best
          .slice(0, 3)
          .map(([to, n]) => `${to} ${n}`)
          .join(', ')}`,
    ),
    '',
  ].join('\n');
}
