/** Groups `records` pairs of `keys` keys with values of `valueBytes`, made in tasks: `group-size.ts records valueBytes maps reducers keys`. */
import { Context } from 'levin';
import { keyOf, recordHash, textOf } from './size-data.ts';

const [records, valueBytes, maps, reducers, keys] = process.argv.slice(2).map(Number) as [number, number, number, number, number];
const lv = await Context.create();
const parts = await lv
  .range(records, { numSlices: maps })
  .map((i) => [keyOf(i % keys), textOf(i, valueBytes)])
  .groupByKey(reducers)
  .mapPartitions((groups) => {
    let [count, hashes, groupCount, ordered] = [0, 0, 0, true];
    for (const [key, values] of groups) {
      groupCount += 1;
      let last = -1;
      for (const value of values) {
        const i = Number.parseInt(value, 10);
        ordered &&= last < i;
        last = i;
        count += 1;
        hashes += recordHash(key, value);
      }
    }
    return [{ count, hashes, groups: groupCount, ordered }];
  })
  .collect();
const sum = (of: (part: (typeof parts)[number]) => number): number => parts.reduce((all, part) => all + of(part), 0);
console.log(
  JSON.stringify({
    records: sum(({ count }) => count),
    hashes: sum(({ hashes }) => hashes),
    groups: sum(({ groups }) => groups),
    ordered: parts.every((part) => part.ordered),
  }),
);
await lv.stop();
