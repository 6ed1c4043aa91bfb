// Which states send the most flights to which others: npx levin run examples/flights.ts
import { Context } from 'levin';

await using lv = await Context.create({ appName: 'flights' });
const data = 'node_modules/vega-datasets/data';
const stateOf = lv
  .textFile(`${data}/airports.csv`)
  .map((line) => line.split(','))
  .filter((fields) => fields.length === 7 && fields[0] !== 'iata')
  .map((fields) => [fields[0] as string, fields[3] as string]);
const flights = lv
  .textFile(`${data}/flights-airport.csv`)
  .map((line) => line.split(','))
  .filter(([origin]) => origin !== 'origin')
  .map(([origin, destination, count]) => [origin as string, { destination: destination as string, count: Number(count) }]);

const routes = flights
  .join(stateOf)
  .map(([, [{ destination, count }, from]]) => [destination, { from, count }])
  .join(stateOf)
  .map(([, [{ from, count }, to]]) => [[from, to], count])
  .reduceByKey((a, b) => a + b);

console.log(`${await routes.map(([, n]) => n).reduce((a, b) => a + b)} flights; the busiest routes between states:`);
const top = await routes.filter(([[from, to]]) => from !== to).takeOrdered(8, ([, n]) => -n);
for (const [[from, to], n] of top) console.log(`${from} → ${to} ${String(n).padStart(8)}`);
