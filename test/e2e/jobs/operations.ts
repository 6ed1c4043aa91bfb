// Every operation against plain JavaScript; run by test/e2e/operations.test.ts on several masters.
import { isDeepStrictEqual } from 'node:util';
import { Context, type KeyMap } from 'levin';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
let checks = 0;
const check = (name: string, actual: unknown, expected: unknown): void => {
  checks++;
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`${name}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
};
const byKey = <K extends string | number, V>(pairs: readonly (readonly [K, V])[]): (readonly [K, V])[] =>
  pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
const words = 'the whale and the sea and the ship'.split(' ');
const numbers = Array.from({ length: 100 }, (_, i) => (i * 37) % 101);
const rdd = lv.parallelize(numbers, slices);
const wordRdd = lv.parallelize(words, slices);
const wordPairs = wordRdd.map((word) => [word, word.length]);

check('collect', await rdd.collect(), numbers);
check('count', await rdd.count(), 100);
check(
  'map',
  await rdd.map((x) => x * 2).collect(),
  numbers.map((x) => x * 2),
);
check(
  'map async',
  await rdd.map(async (x) => x + 1, { concurrency: 8 }).collect(),
  numbers.map((x) => x + 1),
);
check(
  'filter',
  await rdd.filter((x) => x % 2).collect(),
  numbers.filter((x) => x % 2),
);
check(
  'flatMap',
  await wordRdd.flatMap((w) => w.split('')).collect(),
  words.flatMap((w) => w.split('')),
);
check('flatMap of a string', await wordRdd.flatMap((w) => w).count(), words.join('').length);
check('mapPartitions', (await rdd.mapPartitions((xs) => [xs.reduce((a, b) => a + b, 0)]).collect()).length, slices);
check(
  'mapPartitions generator',
  await rdd
    .mapPartitions(function* (xs) {
      for (const x of xs) if (x > 90) yield x;
    })
    .collect(),
  numbers.filter((x) => x > 90),
);
check(
  'mapPartitions async generator',
  await rdd
    .mapPartitions(async function* (xs) {
      for await (const x of xs) yield -x;
    })
    .collect(),
  numbers.map((x) => -x),
);
check('union', await rdd.union(wordRdd).collect(), [...numbers, ...words]);
check('union partitions', await rdd.union(wordRdd).getNumPartitions(), 2 * slices);
check(
  'mapValues',
  await wordPairs.mapValues((n) => n * n).collect(),
  words.map((w) => [w, w.length ** 2]),
);
check(
  'reduceByKey',
  byKey(
    await wordRdd
      .map((w) => [w, 1])
      .reduceByKey((a, b) => a + b)
      .collect(),
  ),
  [
    ['and', 2],
    ['sea', 1],
    ['ship', 1],
    ['the', 3],
    ['whale', 1],
  ],
);
check(
  'groupByKey',
  byKey(
    await wordRdd
      .map((w) => [w.length, w])
      .groupByKey(2)
      .collect(),
  ),
  [
    [3, ['the', 'and', 'the', 'sea', 'and', 'the']],
    [4, ['ship']],
    [5, ['whale']],
  ],
);
check(
  'join',
  byKey(
    await wordPairs
      .join(
        lv.parallelize([
          ['sea', 'blue'],
          ['ship', 'old'],
          ['ship', 'tall'],
          ['sky', 'high'],
        ]),
      )
      .collect(),
  ),
  [
    ['sea', [3, 'blue']],
    ['ship', [4, 'old']],
    ['ship', [4, 'tall']],
  ],
);
check('join multiplies', await wordPairs.join(wordPairs).count(), 9 + 4 + 1 + 1 + 1);
check(
  'sortBy',
  await rdd.sortBy((x) => x).collect(),
  numbers.toSorted((a, b) => a - b),
);
check(
  'sortBy descending',
  await rdd.sortBy((x) => x, { ascending: false, numPartitions: 5 }).collect(),
  numbers.toSorted((a, b) => b - a),
);
check('sortBy strings', await wordRdd.sortBy((w) => w, { numPartitions: 3 }).collect(), words.toSorted());
check('sortBy array keys', await wordRdd.sortBy((w) => [w.length, w]).take(4), ['and', 'and', 'sea', 'the']);
check('distinct', (await wordRdd.distinct().collect()).toSorted(), [...new Set(words)].toSorted());
check(
  'distinct by value',
  await lv
    .parallelize(
      [
        [1, 'a'],
        [1, 'a'],
        [2, 'a'],
      ],
      slices,
    )
    .distinct()
    .count(),
  2,
);
check(
  'coalesce',
  await rdd
    .coalesce(1)
    .mapPartitions((xs) => [[...xs]])
    .collect(),
  [numbers],
);
check('coalesce up changes nothing', await rdd.coalesce(slices + 3).getNumPartitions(), slices);
check('coalesce with shuffle', await rdd.coalesce(slices + 3, true).getNumPartitions(), slices + 3);
check(
  'repartition',
  (await rdd.repartition(7).collect()).toSorted((a, b) => a - b),
  numbers.toSorted((a, b) => a - b),
);
check(
  'repartition is even',
  (
    await rdd
      .repartition(4)
      .mapPartitions((xs) => [[...xs].length])
      .collect()
  ).every((n) => Math.abs(n - 25) <= slices),
  true,
);
check('take', await rdd.take(7), numbers.slice(0, 7));
check('take all', await rdd.take(1000), numbers);
check('first', await wordRdd.first(), 'the');
check('takeOrdered', await rdd.takeOrdered(5), numbers.toSorted((a, b) => a - b).slice(0, 5));
check('takeOrdered by key', await wordRdd.takeOrdered(2, (w) => -w.length), ['whale', 'ship']);
check('reduce', await rdd.reduce((a, b) => Math.max(a, b)), Math.max(...numbers));
const map: KeyMap<string, number> = await wordPairs.collectAsMap();
check('collectAsMap', [map.get('whale'), map.has('sky'), map.size], [5, false, 5]);
check('foreach', await rdd.foreach(() => undefined), undefined);
const seen: number[] = [];
for await (const x of rdd.toLocalIterator()) {
  seen.push(x);
  if (seen.length === 60) break;
}
check('toLocalIterator', seen, numbers.slice(0, 60));
check(
  'empty',
  [
    await lv.parallelize([], slices).collect(),
    await lv
      .parallelize<[string, number]>([], slices)
      .reduceByKey((a, b) => a + b)
      .count(),
    await lv
      .parallelize<number>([], slices)
      .sortBy((x) => x)
      .collect(),
  ],
  [[], 0, []],
);
check('range', await lv.range(5, -5, { step: -3 }).collect(), [5, 2, -1, -4]);
check('empty range', await lv.range(5, 5).count(), 0);

let long = rdd;
for (let i = 0; i < 300; i++) long = long.map((x) => x + 1).filter((x) => x > 0);
check(
  '600 steps',
  await long.collect(),
  numbers.map((x) => x + 300),
);
const [twice, again] = await Promise.all([rdd.map((x) => x * 2).reduce((a, b) => a + b), wordPairs.reduceByKey((a, b) => a + b).count()]);
check('two jobs at once', [twice, again], [2 * numbers.reduce((a, b) => a + b), 5]);
const seenHere = new Set<number>();
check(
  'captured objects are a task’s own',
  await lv
    .range(8, { numSlices: 4 })
    .map((x) => seenHere.add(x).size)
    .collect(),
  [1, 2, 1, 2, 1, 2, 1, 2],
);
class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  get double(): number {
    return this.x * 2;
  }
}
const points = await rdd
  .map((x) => new Point(x))
  .map((p) => new Point(p.double))
  .repartition(2)
  .sortBy((p) => p.x)
  .take(3);
check(
  'class instances',
  [points.every((p) => p instanceof Point), points.map((p) => p.double)],
  [
    true,
    numbers
      .toSorted((a, b) => a - b)
      .slice(0, 3)
      .map((x) => x * 4),
  ],
);
console.log(`${checks} checks`);
