/** Sorts `records` pairs with values of `valueBytes`, made in tasks: `sort-size.ts records valueBytes maps reducers`. */
import { Context } from 'levin';
import { keyOf, recordHash, textOf } from './size-data.ts';

const [records, valueBytes, maps, reducers] = process.argv.slice(2).map(Number) as [number, number, number, number];
const lv = await Context.create();
const parts = await lv
  .range(records, { numSlices: maps })
  .map((i) => [keyOf(i), textOf(i, valueBytes)])
  .sortByKey({ numPartitions: reducers })
  .mapPartitions((pairs) => {
    let [count, hashes, ordered] = [0, 0, true];
    let [first, last] = ['', ''];
    for (const [key, value] of pairs) {
      if (count === 0) first = key;
      ordered &&= last <= key;
      last = key;
      count += 1;
      hashes += recordHash(key, value);
    }
    return [{ count, hashes, ordered, first, last }];
  })
  .collect();
const filled = parts.filter(({ count }) => count > 0);
const ordered = filled.every((part, i) => part.ordered && (filled[i - 1]?.last ?? '') <= part.first);
const sum = (of: (part: (typeof parts)[number]) => number): number => parts.reduce((all, part) => all + of(part), 0);
console.log(JSON.stringify({ records: sum(({ count }) => count), hashes: sum(({ hashes }) => hashes), ordered }));
await lv.stop();
