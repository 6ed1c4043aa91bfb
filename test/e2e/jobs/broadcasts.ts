import { type Broadcast, Context } from 'levin';
import { Counted, encodings, lookUp, Prices } from './broadcast-library.ts';

/** Of the job file: it travels by value, inside the broadcast and inside functions. */
class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  twice(): number {
    return this.x * 2;
  }
}

await using lv = await Context.create();
const shared = { text: 'é' };
const whole = lv.broadcast({
  map: new Map(Array.from({ length: 1000 }, (_, i) => [i, `name ${i}`])),
  set: new Set([1, 3, 5]),
  floats: Float64Array.from({ length: 500 }, (_, i) => i / 2),
  point: new Point(21),
  twice: [shared, shared],
  date: new Date(0),
  big: 12n,
});
const names: Broadcast<ReadonlyMap<number, string>> = lv.broadcast(whole.value.map);
const prices = new Prices(lv.broadcast(whole.value.floats));
const small = lv.broadcast([10, 20, 30]);
const unused = lv.broadcast(new Uint8Array(10_000));
const counted = lv.broadcast(new Counted(new Uint8Array(50_000).fill(7)));
const sameContent = [lv.broadcast(new Array(3000).fill(1)), lv.broadcast(new Array(3000).fill(1))] as const;
const numbers = lv.range(12, { numSlices: 6 });
const inner = (i: number): number => small.value[i % 3] as number;
const out: Record<string, unknown> = {};

out['values'] = await numbers
  .map((i) => {
    const { map, set, floats, point, twice, date, big } = whole.value;
    return [map.get(i), set.has(i), floats[i], point.twice(), point instanceof Point, twice[0] === twice[1], date.getTime(), String(big)];
  })
  .first();
out['captured by a captured function'] = await numbers.map((i) => inner(i)).sum();
out['in arrays and objects'] = await numbers.map((i) => ({ sum: sameContent.reduce((n, each) => n + each.value.length, i) })).first();
out['of an imported module'] = await numbers.map(lookUp(names)).take(2);
out['in an object that says how it travels'] = await numbers.map((i) => prices.at(i)).sum();
out['combiner'] = await numbers
  .map((i) => [i % 2, i] as [number, number])
  .reduceByKey((a, b) => a + b + (small.value[0] as number))
  .collect();
out['key function'] = await numbers.sortBy((i) => -(small.value[i % 3] as number)).take(3);
out['partitioner'] = await numbers
  .map((i) => [i, i] as [number, number])
  .partitionBy(2, (key) => ((small.value[0] as number) * (key as number)) % 2)
  .count();
out['async'] = await numbers.mapPartitions(async (records) => [[...records].length + counted.value.bytes.length]).sum();
out['again'] = await numbers.map((i) => i + (counted.value.bytes[i] as number)).sum();
await counted.unpersist();
out['after unpersist'] = await numbers.map((i) => i + (counted.value.bytes[i + 1] as number)).sum();
out['on the driver'] = counted.value instanceof Counted && small.value[2];
out['in a step'] = await lv.step('with a broadcast', () => small.value[1] as number);
await sameContent[0].destroy();
const [, equal] = sameContent;
out['its equal was destroyed'] = await numbers.map((i) => equal.value.length + i).first();
out['encodings'] = encodings.length;
out['unused'] = unused.value.length;
console.log(JSON.stringify(out));
