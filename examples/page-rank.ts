// Airports by PageRank, where a passenger follows the flights: npx levin run examples/page-rank.ts flights.csv 10
import type { Context } from 'levin';

type Contribution = readonly [airport: string, rank: number];

export default async function pageRank(lv: Context, args: readonly string[]): Promise<void> {
  const [input = 'node_modules/vega-datasets/data/flights-airport.csv', iterations = '10'] = args;
  const partitions = lv.defaultParallelism;

  const links = lv
    .csvFile<'origin' | 'destination' | 'count'>(input, { header: true })
    .map(({ origin, destination, count }) => [origin, { to: destination, flights: Number(count) }])
    .groupByKey(partitions)
    .mapValues((routes) => {
      const all = routes.reduce((sum, { flights }) => sum + flights, 0);
      return routes.map(({ to, flights }) => ({ to, share: flights / all }));
    });

  let ranks = links.mapValues(() => 1);
  for (let i = 0; i < Number(iterations); i++) {
    ranks = links
      .join(ranks) // both lie by the hash of the airport in as many partitions: nothing moves
      .flatMap(([from, [routes, rank]]): Contribution[] => [
        [from, 0], // an airport that nobody flies to keeps a rank
        ...routes.map(({ to, share }): Contribution => [to, rank * share]),
      ])
      .reduceByKey((a, b) => a + b, partitions)
      .mapValues((received) => 0.15 + 0.85 * received);
  }

  for (const [airport, rank] of await ranks.top(10, ([, rank]) => rank)) {
    console.log(`${airport} ${rank.toFixed(3).padStart(7)}`);
  }
}
