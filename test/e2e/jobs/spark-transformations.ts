// Transformations of any RDD; run by test/e2e/spark/transformations.test.ts on several masters.
import { Context, type RDD } from 'levin';
import { showWith } from './show.ts';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
const show = showWith(true);
const sorted = <T>(records: readonly T[]): T[] => records.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
const numbers = lv.parallelize([1, 2, 2, 3, 5], slices);
const empty = lv.parallelize<number>([], slices);
const none = lv.emptyRDD<number>();
/** More partitions than records. */
const sparse = lv.parallelize([2, 1], slices + 7);
const nulls = lv.parallelize<string | null>([null, 'a', null], slices);
const lengths = (parts: readonly (readonly unknown[])[]): number[] => parts.map((part) => part.length);

await show('glom', async () => [await lv.parallelize([1, 2, 3, 4, 5], 2).glom().collect(), await lv.parallelize([1], 3).glom().collect()]);
await show('glom of nothing', async () => [(await empty.glom().collect()).length === slices, await none.glom().collect()]);
await show('emptyRDD', async () => [
  await none.getNumPartitions(),
  await none.collect(),
  await none.count(),
  await none.isEmpty(),
  await none
    .map((x) => [x, x])
    .reduceByKey((a, b) => a + b)
    .collect(),
  await none.sortBy((x) => x).collect(),
  await none.zipWithIndex().collect(),
]);
await show('parallelize of nothing has its partitions', async () => (await empty.getNumPartitions()) === slices);
await show('mapPartitionsWithIndex', () =>
  lv
    .parallelize(['a', 'b', 'c'], 3)
    .mapPartitionsWithIndex((p, records) => [`${p}${[...records].join('')}`])
    .collect(),
);
await show('mapPartitionsWithIndex is called for empty partitions', async () => {
  const indexes = await empty.mapPartitionsWithIndex((p) => [p]).collect();
  return indexes.every((p, i) => p === i) && indexes.length === slices;
});
await show('mapPartitionsWithIndex above union and coalesce', () =>
  lv
    .parallelize([1, 2], 2)
    .union(lv.parallelize([3, 4], 2))
    .coalesce(2)
    .mapPartitionsWithIndex((p, records) => [[p, [...records]]])
    .collect(),
);
await show('mapPartitionsWithIndex without a function', () => numbers.mapPartitionsWithIndex(null as never));
await show('keyBy', () => numbers.keyBy((x) => x % 2 === 1).collect());
await show('groupBy', async () => sorted(await numbers.groupBy((x) => x % 2).collect()));
await show('groupBy into more partitions than groups', () =>
  numbers
    .groupBy((x) => x % 2, slices + 9)
    .getNumPartitions()
    .then((n) => n === slices + 9),
);
await show('groupBy with a null key', async () => sorted(await nulls.groupBy((s) => s).collect()));
await show('groupBy with a promise', () =>
  numbers
    .coalesce(1)
    .groupBy((async (x: number) => x) as never)
    .collect(),
);
await show('union', async () => [await numbers.union(sparse).collect(), await empty.union(none).union(numbers).collect()]);
await show('union adds partitions', async () => (await numbers.union(sparse).union(none).getNumPartitions()) === 2 * slices + 7);
await show('union keeps a shared partitioner', async () => {
  const pairs = numbers.map((x) => [x, 'l']).partitionBy(3);
  const both = pairs.union(sparse.map((x) => [x, 'r']).partitionBy(3));
  return [
    await both.getNumPartitions(),
    await both.groupByKey().getNumPartitions(),
    sorted(await both.lookup(2)),
    sorted(await both.collect()).length,
    (await both.reduceByKey((a, b) => a + b).toDebugString()).split('+-').length - 1,
  ];
});
await show('union of unlike partitioners adds partitions', () => {
  const left = numbers.map((x) => [x, x]).partitionBy(3);
  return left.union(left.partitionBy(4)).getNumPartitions();
});
await show('union of custom partitioners', async () => {
  const parity = (k: number): number => k % 2;
  const placed = (rdd: typeof numbers, f: (k: number) => number): RDD<[number, number]> => rdd.map((x) => [x, x]).partitionBy(2, f);
  const [left, right, other] = [placed(numbers, parity), placed(sparse, parity), placed(sparse, (k) => (k + 1) % 2)];
  return [
    await left
      .union(right)
      .glom()
      .map((part) => ascending(part.map(([k]) => k)))
      .collect(),
    await left.union(other).getNumPartitions(),
  ];
});
await show('lv.union', async () => [await lv.union([numbers, sparse, numbers]).collect(), await lv.union([sparse]).collect()]);
await show('lv.union of none', () => lv.union([]));
await show('lv.union of something else', () => lv.union([numbers, 7 as never]));
await show('intersection', async () =>
  ascending(
    await lv
      .parallelize([1, 10, 2, 3, 4, 5, 2], slices)
      .intersection(lv.parallelize([1, 6, 2, 3, 7, 8, 2], 2))
      .collect(),
  ),
);
await show(
  'intersection by value',
  async () =>
    await lv
      .parallelize(
        [
          ['a', 1],
          ['b', 2],
        ],
        slices,
      )
      .intersection(
        lv.parallelize(
          [
            ['b', 2],
            ['a', 3],
          ],
          2,
        ),
      )
      .collect(),
);
await show('intersection with null', async () => [
  await nulls.intersection(lv.parallelize([null], 1)).collect(),
  await numbers.intersection(empty).collect(),
  await none.intersection(numbers).collect(),
]);
await show('intersection loses the partitioner of its elements', async () => {
  const pairs = lv
    .parallelize(
      [
        [1, 1],
        [1, 2],
      ],
      slices,
    )
    .intersection(
      lv.parallelize(
        [
          [1, 1],
          [1, 2],
        ],
        slices,
      ),
      4,
    );
  return [await pairs.getNumPartitions(), await pairs.reduceByKey((a, b) => a + b).collect()];
});
await show('intersection into 0 partitions', () => numbers.intersection(sparse, 0));
await show('subtract', async () =>
  ascending(
    await lv
      .parallelize([1, 1, 2, 3, 3, 3, 5], slices)
      .subtract(lv.parallelize([3, 3, 8], 2))
      .collect(),
  ),
);
await show('subtract nothing, from nothing', async () => [
  ascending(await numbers.subtract(empty).collect()),
  await empty.subtract(numbers).collect(),
  await nulls.subtract(lv.parallelize(['a'], 2)).collect(),
]);
await show('subtract keeps the number of partitions', async () => [
  (await numbers.subtract(sparse).getNumPartitions()) === slices,
  await numbers.subtract(sparse, 2).getNumPartitions(),
]);
await show('subtract into -1 partitions', () => numbers.subtract(sparse, -1));
await show('subtract a list', () => numbers.subtract([1] as never));
await show('cartesian', async () =>
  sorted(
    await lv
      .parallelize([1, 2], slices)
      .cartesian(lv.parallelize(['a', 'b'], 2))
      .collect(),
  ),
);
await show('cartesian keeps duplicates', async () => [
  await lv
    .parallelize([1, 1], 1)
    .cartesian(lv.parallelize([2, 2], 1))
    .count(),
  await numbers.cartesian(numbers).count(),
]);
await show(
  'cartesian has the product of partitions',
  async () => (await numbers.cartesian(sparse).getNumPartitions()) === slices * (slices + 7),
);
await show('cartesian with nothing', async () => [
  await numbers.cartesian(empty).collect(),
  await empty.cartesian(numbers).count(),
  await none.cartesian(numbers).getNumPartitions(),
]);
await show('cartesian of many', async () => {
  const many = lv.range(300, { numSlices: slices });
  return [
    await many
      .cartesian(many)
      .filter(([a, b]) => a === b)
      .count(),
    await many
      .cartesian(many)
      .map(([a, b]) => a * 300 + b)
      .distinct()
      .count(),
  ];
});
await show('cartesian stops early', () =>
  lv
    .range(1e6, { numSlices: 1 })
    .cartesian(lv.range(1e5, { numSlices: 1 }))
    .take(2),
);
await show('zip', async () => [
  await numbers.zip(numbers.map((x) => x * 100)).collect(),
  await empty.zip(empty).collect(),
  await none.zip(none).collect(),
]);
await show('zip of many', async () => {
  const many = lv.range(5000, { numSlices: slices });
  return await many
    .zip(many.map((x) => -x))
    .filter(([a, b]) => a + b !== 0)
    .count();
});
await show('zip of unequal partition counts', () =>
  lv
    .range(4, { numSlices: 2 })
    .zip(lv.range(4, { numSlices: 3 }))
    .collect(),
);
await show('zip of unequal partitions', () =>
  lv
    .range(5, { numSlices: 1 })
    .zip(lv.range(4, { numSlices: 1 }))
    .collect(),
);
await show('zip of a shorter one', () =>
  lv
    .range(3000, { numSlices: 1 })
    .zip(lv.range(4000, { numSlices: 1 }))
    .count(),
);
await show('zipPartitions', () =>
  lv
    .range(3, { numSlices: 2 })
    .zipPartitions(lv.parallelize(['a', 'b', 'c', 'd'], 2), (xs, names) => [[...xs].join(''), [...names].join('')])
    .collect(),
);
await show('zipPartitions of four', () => {
  const one = lv.parallelize([1], 1);
  return one
    .zipPartitions(
      one,
      one.map(String),
      one.map((x) => x === 1),
      (a, b, c, d) => [[[...a], [...b], [...c], [...d]]],
    )
    .collect();
});
await show('zipPartitions keeps a partitioner when asked', async () => {
  const pairs = numbers.map((x) => [x, x]).partitionBy(3);
  const count = async (keeps: boolean): Promise<number> =>
    (
      await pairs
        .zipPartitions(pairs, (a) => a, keeps)
        .groupByKey()
        .toDebugString()
    ).split('+-').length - 1;
  return [await count(true), await count(false)];
});
await show('zipPartitions of unequal partition counts', () =>
  numbers
    .zipPartitions(sparse, (a) => a)
    .collect()
    .catch((error: Error) => {
      throw Object.assign(error, { message: error.message.replace(`${slices} and ${slices + 7}`, 'S and S+7') });
    }),
);
await show('zipPartitions without a function', () => (numbers.zipPartitions as (other: unknown) => unknown)(numbers));
await show('zipWithIndex', () => lv.parallelize(['a', 'b', 'c', 'd'], slices).zipWithIndex().collect());
await show('zipWithIndex over empty partitions', async () => [await sparse.zipWithIndex().collect(), await empty.zipWithIndex().collect()]);
await show('zipWithIndex after a filter', () =>
  lv
    .range(20, { numSlices: slices })
    .filter((x) => x % 7 === 1)
    .zipWithIndex()
    .collect(),
);
await show(
  'zipWithIndex of many',
  async () =>
    await lv
      .range(10_000, { numSlices: slices + 2 })
      .zipWithIndex()
      .filter(([x, i]) => x !== i)
      .count(),
);
await show('zipWithIndex twice, and below a join', async () => {
  const indexed = lv.parallelize(['x', 'y', 'z'], slices).zipWithIndex();
  return [
    await indexed.zipWithIndex().collect(),
    sorted(
      await indexed
        .map(([s, i]) => [i, s])
        .join(indexed.map(([s, i]) => [i, s]))
        .collect(),
    ),
  ];
});
await show('zipWithUniqueId', () => lv.parallelize(['a', 'b', 'c', 'd', 'e'], 3).zipWithUniqueId().collect());
await show(
  'zipWithUniqueId is unique',
  async () => await lv.range(1000, { numSlices: slices }).zipWithUniqueId().values().distinct().count(),
);
await show('sample', async () => {
  const many = lv.range(10_000, { numSlices: slices });
  const sample = await many.sample(false, 0.3, 5).collect();
  return [
    Math.abs(sample.length - 3000) < 250,
    new Set(sample).size === sample.length,
    sample.every((x, i) => i === 0 || x > (sample[i - 1] as number)),
  ];
});
await show('sample with the same seed', async () => {
  const many = lv.range(1000, { numSlices: slices });
  const [a, b, c] = [
    await many.sample(false, 0.5, 5).collect(),
    await many.sample(false, 0.5, 5).collect(),
    await many.sample(false, 0.5, 6).collect(),
  ];
  return [a.join() === b.join(), a.join() === c.join()];
});
await show('sample without a seed differs', async () => {
  const many = lv.range(1000, { numSlices: slices });
  const [a, b] = [await many.sample(false, 0.5).collect(), await many.sample(false, 0.5).collect()];
  return a.join() === b.join();
});
await show('sample of all and of none', async () => [
  await numbers.sample(false, 1).collect(),
  await numbers.sample(false, 0).collect(),
  await numbers.sample(true, 0).collect(),
  await empty.sample(true, 2).collect(),
]);
await show('sample with replacement', async () => {
  const sample = await lv.range(5000, { numSlices: slices }).sample(true, 2.5, 3).collect();
  const counts = Array.from({ length: 5000 }, () => 0);
  for (const x of sample) counts[x] = (counts[x] as number) + 1;
  const missing = counts.filter((n) => n === 0).length;
  return [Math.abs(sample.length - 12_500) < 600, Math.abs(missing - 5000 * Math.exp(-2.5)) < 100, counts.some((n) => n > 5)];
});
await show(
  'sample with a large mean',
  async () => Math.abs((await lv.range(20, { numSlices: slices }).sample(true, 1000, 4).count()) - 20_000) < 1000,
);
await show(
  'sample keeps the partitioner',
  async () =>
    (
      await numbers
        .map((x) => [x, x])
        .partitionBy(3)
        .sample(false, 1)
        .groupByKey()
        .toDebugString()
    ).split('+-').length - 1,
);
await show('sample -0.1', () => numbers.sample(false, -0.1));
await show('sample 1.5 without replacement', () => numbers.sample(false, 1.5));
await show('sample -1 with replacement', () => numbers.sample(true, -1));
await show('sample NaN', () => numbers.sample(true, Number.NaN));
await show('sample with a seed of 0.5', () => numbers.sample(false, 0.5, 0.5));
await show('randomSplit', async () => {
  const many = lv.range(2000, { numSlices: slices });
  const parts = await Promise.all(many.randomSplit([2, 3, 5], 11).map((part) => part.collect()));
  return [
    ascending(parts.flat()).every((x, i) => x === i),
    parts.flat().length,
    parts.every((part, i) => Math.abs(part.length - ([400, 600, 1000][i] as number)) < 110),
  ];
});
await show('randomSplit with a weight of 0', async () =>
  lengths(
    await Promise.all(
      lv
        .range(100, { numSlices: slices })
        .randomSplit([0, 1, 0])
        .map((part) => part.collect()),
    ),
  ),
);
await show('randomSplit of nothing', async () => lengths(await Promise.all(empty.randomSplit([1, 1], 3).map((part) => part.collect()))));
await show('randomSplit without weights', () => numbers.randomSplit([]));
await show('randomSplit with weights of 0', () => numbers.randomSplit([0, 0]));
await show('randomSplit with a weight of -1', () => numbers.randomSplit([2, -1]));
await show('pipe', async () => [
  await lv.parallelize(['1', '2', '', '3'], slices).pipe('cat').collect(),
  await lv.parallelize(['a b', 'c'], slices).pipe("tr 'a-z' A-Z").collect(),
]);
await show('pipe writes other records as saveAsTextFile does', () =>
  lv
    .parallelize([1, { a: null }, [2, 'x']], slices)
    .pipe(['cat'])
    .collect(),
);
await show('pipe starts for each partition', async () => (await empty.pipe(['sh', '-c', 'cat; echo end']).collect()).length === slices);
await show('pipe with a variable', () =>
  lv
    .parallelize([1], 1)
    .pipe(['sh', '-c', 'cat; echo $GREETING'], { env: { GREETING: 'hello' } })
    .collect(),
);
await show('pipe of many', async () => {
  const lines = lv.range(50_000, { numSlices: slices }).map((x) => `${x} ${'x'.repeat(40)}`);
  return await lines
    .pipe('cat')
    .map((line) => Number(line.split(' ')[0]))
    .reduce((a, b) => a + b);
});
await show('pipe into a command that stops reading', () => lv.range(200_000, { numSlices: 1 }).pipe(['head', '-2']).collect());
await show('pipe is left early', () => lv.parallelize([1], 1).pipe(['sh', '-c', 'while :; do echo y; done']).take(2));
await show('pipe with exit code 3', () => lv.parallelize([1], 1).pipe(['sh', '-c', 'cat; echo no luck >&2; exit 3']).collect());
await show('pipe with exit code 3 that nobody checks', () =>
  lv.parallelize([1], 1).pipe(['sh', '-c', 'cat; exit 3'], { checkCode: false }).collect(),
);
await show('pipe into a command that is not there', () => lv.parallelize([1], 1).pipe('no-such-command --x').collect());
await show('pipe of a function that throws', () =>
  lv
    .parallelize([1], 1)
    .map((x): number => {
      throw new RangeError(`no ${x}`);
    })
    .pipe('cat')
    .collect(),
);
await show('pipe into nothing', () => numbers.pipe('  '));
await show('pipe with an open quote', () => numbers.pipe("tr 'a b"));
await show('setName, name and id', () => [
  numbers.name(),
  sparse.setName('two') === sparse,
  sparse.name(),
  numbers.id() < sparse.id(),
  Number.isInteger(sparse.id()),
]);
await show('setName of a number', () => sparse.setName(7 as never));
const rows = lv.parallelize(
  [
    [1, 'a'],
    [2, 'b'],
  ],
  2,
);
await show('toDebugString', async () => {
  const counted = rows
    .setName('rows')
    .mapValues((s) => s.length)
    .reduceByKey((a, b) => a + b, 3)
    .filter(() => true);
  return (await counted.toDebugString()).replace(/\[\d+\]/g, '[id]').split('\n');
});
await show('toDebugString of a join', async () =>
  (
    await rows
      .join(rows.map(([k, v]) => [k, v]).partitionBy(2))
      .union(rows.sortByKey({ numPartitions: 10 }) as never)
      .toDebugString()
  )
    .replace(/\[\d+\]/g, '[id]')
    .split('\n'),
);
await show('toDebugString of 20,000 maps', async () => {
  let rdd = lv.range(1, { numSlices: 1 });
  for (let i = 0; i < 20_000; i++) rdd = rdd.map((x) => x + 1);
  return (await rdd.toDebugString()).split('\n').length;
});
await show('properties of the Context', () => [
  lv.master.startsWith('local'),
  lv.appName,
  lv.applicationId.length > 5,
  lv.defaultParallelism,
]);
