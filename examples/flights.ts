// The busiest routes between states, and where each state's airports send most flights: npx levin run examples/flights.ts
import type { Context } from 'levin';

interface Destination {
  readonly to: string;
  readonly flights: number;
}

export default async function flights(lv: Context, args: readonly string[]): Promise<void> {
  const [folder = 'node_modules/vega-datasets/data', topN = '3'] = args;
  const n = Number(topN);

  const airports = lv.csvFile<'iata' | 'state'>(`${folder}/airports.csv`, { header: true });
  const stateOf = airports.map(({ iata, state }) => [iata, state]).partitionBy(lv.defaultParallelism); // both joins find it in place
  const routes = lv
    .csvFile<'origin' | 'destination' | 'count'>(`${folder}/flights-airport.csv`, { header: true })
    .map(({ origin, destination, count }) => [origin, { destination, count: Number(count) }])
    .join(stateOf)
    .map(([, [{ destination, count }, from]]) => [destination, { from, count }])
    .join(stateOf)
    .map(([, [{ from, count }, to]]) => [{ from, to }, count]) // an object as a key: keys compare by value
    .filter(([{ from, to }]) => from !== to)
    .reduceByKey((a, b) => a + b);

  console.log('The busiest routes between states:');
  for (const [{ from, to }, count] of await routes.takeOrdered(8, ([, count]) => -count)) {
    console.log(`  ${from} → ${to} ${String(count).padStart(6)}`);
  }

  const destinations = routes
    .map(([{ from, to }, flights]) => [from, { to, flights }])
    .aggregateByKey(
      [] as Destination[],
      (best, destination) => keepBest([...best, destination], n),
      (a, b) => keepBest([...a, ...b], n),
    );
  console.log(`The ${n} destinations with most flights, of the five states whose first has most:`);
  for (const [from, best] of await destinations.top(5, ([, best]) => best[0]?.flights ?? 0)) {
    console.log(`  ${from} → ${best.map(({ to, flights }) => `${to} ${flights}`).join(', ')}`);
  }
}

function keepBest(destinations: readonly Destination[], n: number): Destination[] {
  return destinations.toSorted((a, b) => b.flights - a.flights || (a.to < b.to ? -1 : 1)).slice(0, n);
}
