// Actions on any RDD; run by test/e2e/spark/actions.test.ts on several masters.
import { isDeepStrictEqual } from 'node:util';
import { Context } from 'levin';
import { showWith } from './show.ts';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
const show = showWith(3);
const words = lv.parallelize(['the', 'whale', 'and', 'the', 'sea', 'and', 'the', 'ship'], slices);
const nulls = lv.parallelize<string | null>([null, 'a', null], slices);
const numbers = lv.parallelize([5, 3, 9, 1, 7], slices);
const empty = lv.parallelize<number>([], slices);
/** More partitions than records. */
const sparse = lv.parallelize([2, 1], slices + 7);
const records = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

await show('top', () => numbers.top(3));
await show('top with a key', () => words.top(2, (w) => w.length));
await show('top keeps the order of equal ones', () =>
  lv
    .parallelize(
      [
        [1, 'a'],
        [2, 'b'],
        [1, 'c'],
        [2, 'd'],
      ],
      slices,
    )
    .top(3, ([n]) => n),
);
await show('top of none', async () => [await numbers.top(0), await empty.top(3), await sparse.top(9)]);
await show('top -1', () => numbers.top(-1));
await show('max', async () => [await numbers.max(), await words.max(), await words.max((w) => w.length), await sparse.max()]);
await show('min', async () => [await numbers.min(), await words.min(), await words.min((w) => w.length), await nulls.min()]);
await show('max of NaN', () => lv.parallelize([1, Number.NaN, 3], slices).max());
await show('max of nothing', () => empty.max());
await show('min of nothing', () => empty.min());
await show('max with a promise', () => numbers.max((async (x: number) => x) as never));

await show('fold', () => numbers.fold(0, (a, b) => a + b));
await show('fold counts a zero that is not neutral once a partition and once more', () => numbers.fold(100, (a, b) => a + b));
await show('fold of nothing', () => empty.fold(0, (a, b) => a + b));
await show('fold with a promise', () => numbers.fold(0, (async (a: number) => a) as never));
await show('fold without a function', () => numbers.fold(0, 7 as never));
await show('fold that throws', () =>
  numbers.fold(0, () => {
    throw new TypeError('no sum');
  }),
);
await show('aggregate', () =>
  numbers.aggregate(
    [0, 0],
    ([sum, n], x) => [sum + x, n + 1],
    ([s, n], [t, m]) => [s + t, n + m],
  ),
);
await show('aggregate may change its zero', async () =>
  (
    await words.aggregate<string[]>(
      [],
      (seen, w) => {
        seen.push(w);
        return seen;
      },
      (a, b) => {
        a.push(...b);
        return a;
      },
    )
  ).join(' '),
);
await show('aggregate of nothing', () =>
  empty.aggregate(
    'z',
    (z, x) => z + x,
    (a, b) => a + b,
  ),
);
await show('aggregate in partition order', () =>
  lv.parallelize(Array.from('spark'), slices).aggregate(
    '',
    (a, c) => a + c,
    (a, b) => a + b,
  ),
);

await show('countByValue', () => words.countByValue());
await show('countByValue of null', async () => [(await nulls.countByValue()).get(null), (await nulls.countByValue()).get('a')]);
await show('countByValue by value', async () =>
  (
    await lv
      .parallelize(
        [
          [1, 'a'],
          [1, 'a'],
          [2, 'a'],
        ],
        slices,
      )
      .countByValue()
  ).get([1, 'a']),
);
await show('countByValue of nothing', () => empty.countByValue());
await show('countByValue of functions', () => lv.parallelize([new Set([1])], slices).countByValue());

await show('countApproxDistinct', async () => [
  await words.countApproxDistinct(),
  await nulls.countApproxDistinct(),
  await empty.countApproxDistinct(),
]);
await show('countApproxDistinct within three standard errors', async () => {
  const estimate = await lv
    .range(100_000, { numSlices: slices })
    .map((x) => x % 20_000)
    .countApproxDistinct(0.01);
  return Math.abs(estimate / 20_000 - 1) < 0.03;
});
await show('countApproxDistinct 0.000017', () => words.countApproxDistinct(0.000017));
await show('countApproxDistinct NaN', () => words.countApproxDistinct(Number.NaN));

await show('countApprox', () => numbers.countApprox(60_000));
await show('countApprox of nothing', () => empty.countApprox(60_000));
await show('countApprox in no time', () => numbers.countApprox(0));
await show('countApprox confidence', () => numbers.countApprox(1000, 1.01));
await show('countApprox timeout', () => numbers.countApprox(-1));
await show('countByValueApprox', async () => {
  const counts = await words.countByValueApprox(60_000);
  return [counts.size, counts.get('the'), (await nulls.countByValueApprox(60_000, 0.5)).get(null)?.mean];
});
await show('countByValueApprox of nothing', async () => [
  await empty.countByValueApprox(60_000),
  await lv.emptyRDD().countByValueApprox(60_000),
]);
await show('countByValueApprox in no time', () => words.countByValueApprox(0));
await show('countByValueApprox confidence', () => words.countByValueApprox(1000, Number.NaN));
await show('countByValueApprox timeout', () => words.countByValueApprox(-1));
await show('sumApprox', () => numbers.sumApprox(60_000));
await show('sumApprox in no time', () => numbers.sumApprox(0));
await show('sumApprox confidence', () => numbers.sumApprox(1000, -0.5));
await show('meanApprox', () => numbers.meanApprox(60_000, 0.5));
await show('meanApprox timeout', () => numbers.meanApprox(Number.NaN));
await show('takeSample', async () => {
  const sample = await lv.range(1000, { numSlices: slices }).takeSample(false, 20, 4);
  return [sample.length, new Set(sample).size, sample.every((x) => x >= 0 && x < 1000)];
});
await show('takeSample again', async () => {
  const rdd = lv.range(1000, { numSlices: slices });
  const [one, two] = [await rdd.takeSample(false, 20, 4), await rdd.takeSample(false, 20, 4)];
  return isDeepStrictEqual(one, two);
});
await show('takeSample without a seed differs', async () => {
  const rdd = lv.range(100_000, { numSlices: slices });
  const [one, two] = [await rdd.takeSample(false, 5), await rdd.takeSample(false, 5)];
  return isDeepStrictEqual(one, two);
});
await show('takeSample of more than there are', async () => (await numbers.takeSample(false, 9, 1)).toSorted((a, b) => a - b));
await show('takeSample with replacement', async () => {
  const sample = await numbers.takeSample(true, 200, 1);
  return [sample.length, new Set(sample).size];
});
await show('takeSample of none', async () => [
  await numbers.takeSample(false, 0),
  await empty.takeSample(true, 5),
  await sparse.takeSample(false, 5, 1).then((x) => x.length),
]);
await show('takeSample is fair', async () => {
  const hits = records(10).map(() => 0);
  for (let seed = 0; seed < 60; seed++)
    for (const x of await lv.range(10, { numSlices: slices }).takeSample(seed % 2 === 0, 5, seed)) hits[x] = (hits[x] as number) + 1;
  return hits.every((n) => n > 10 && n < 50);
});
await show('takeSample -1', () => numbers.takeSample(false, -1));
await show('takeSample too many', () => numbers.takeSample(true, 2_147_020_238));
await show('takeSample seed', () => numbers.takeSample(true, 1, 0.5));

await show('isEmpty', async () => [
  await empty.isEmpty(),
  await numbers.isEmpty(),
  await sparse.isEmpty(),
  await numbers.filter((x) => x > 9).isEmpty(),
  await nulls.isEmpty(),
]);
await show('foreachPartition', () => numbers.foreachPartition((xs) => void [...xs]));
await show('foreachPartition of a generator runs it', () =>
  numbers.foreachPartition(function* (xs: Iterable<number>) {
    for (const x of xs) {
      if (x === 7) throw new RangeError(`saw ${x}`);
      yield x;
    }
  } as never),
);
await show('foreachPartition async', () =>
  numbers.foreachPartition(async (xs) => {
    await Promise.resolve();
    if ([...xs].includes(1)) throw new RangeError('saw 1');
  }),
);
await show('foreachPartition is called for empty partitions', () =>
  sparse.foreachPartition((xs) => {
    if (xs.next().done) throw new RangeError('an empty one');
  }),
);
await show('foreachPartition without a function', () => numbers.foreachPartition('x' as never));
await show('reduce with a promise on the driver', () => lv.parallelize([1, 2], 2).reduce((async (a: number) => a) as never));

/** More partitions than two levels need. */
const spread = lv.parallelize(Array.from('abcdefghijklmnopqrstuvwxyz'), 20 * slices);
await show('treeReduce', async () => [
  await numbers.treeReduce((a, b) => a + b),
  await lv.range(1, 1001, { numSlices: 50 }).treeReduce((a, b) => a + b, 3),
]);
await show('treeReduce merges neighbours, whatever the depth', async () => {
  const texts: string[] = [];
  for (const depth of [1, 2, 3, 5]) texts.push(await spread.treeReduce((a, b) => a + b, depth));
  return [...new Set(texts)];
});
await show('treeReduce of sparse partitions', async () => [
  await sparse.treeReduce((a, b) => a + b),
  await sparse.treeReduce((a, b) => a + b, 10),
]);
await show('treeReduce of nothing', () => empty.treeReduce((a, b) => a + b));
await show('treeReduce depth', () => numbers.treeReduce((a, b) => a + b, 0));
await show('treeReduce with a promise', () => lv.range(40, { numSlices: 20 }).treeReduce((async (a: number) => a) as never));
await show('treeAggregate', async () => {
  const sums: unknown[] = [];
  for (const depth of [1, 2, 3])
    sums.push(
      await lv.range(1, 101, { numSlices: 30 }).treeAggregate(
        [0, 0],
        ([sum, n], x) => [sum + x, n + 1],
        ([s, n], [t, m]) => [s + t, n + m],
        depth,
      ),
    );
  return sums;
});
await show('treeAggregate may change its zero', async () => {
  const seen = await spread.treeAggregate<string[]>(
    [],
    (all, x) => {
      all.push(x);
      return all;
    },
    (a, b) => {
      a.push(...b);
      return a;
    },
  );
  return seen.join('');
});
await show('treeAggregate counts its zero once a partition', () =>
  lv.range(10, { numSlices: 30 }).treeAggregate(
    1000,
    (a, b) => a + b,
    (a, b) => a + b,
  ),
);
await show('treeAggregate of nothing', async () => [
  await empty.treeAggregate(
    '',
    (a) => a,
    (a, b) => a + b,
  ),
  await empty.treeAggregate(
    null,
    () => null,
    () => null,
  ),
]);
await show('treeAggregate depth', () =>
  numbers.treeAggregate(
    0,
    (a) => a,
    (a) => a,
    1.5,
  ),
);
await show('treeAggregate without a function', () => numbers.treeAggregate(0, (a) => a, 3 as never));

const thirds = lv.range(9, { numSlices: 3 });
await show('runJob', async () => [
  await lv.runJob(thirds, (xs) => [xs.reduce((a, b) => a + b, 0)]),
  await lv.runJob(numbers, (xs) => [...xs]),
]);
await show('runJob on chosen partitions', () => lv.runJob(thirds, (xs) => [...xs], [2, 0, 2]));
await show('runJob on no partition', () => lv.runJob(thirds, (xs) => [...xs], []));
await show('runJob on a partition that is not there', () => lv.runJob(thirds, (xs) => [...xs], [0, 3]));
await show('runJob on partition -1', () => lv.runJob(thirds, (xs) => [...xs], [-1]));
await show('runJob without a function', () => lv.runJob(thirds, 1 as never));

const none = lv.emptyRDD<number>();
await show('an RDD of no partition', async () => [
  await none.isEmpty(),
  await none.sum(),
  await none.fold(7, (a, b) => a + b),
  await none.treeAggregate(
    7,
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  await none.top(2),
  await none.takeSample(true, 3),
  await none.countApprox(60_000),
  await none.countApproxDistinct(),
  (await none.countByValue()).size,
]);

await show('the context says where it runs', () => [
  /^local/.test(lv.master),
  lv.appName,
  lv.applicationId.length > 8,
  lv.defaultParallelism,
  lv.defaultMinPartitions,
]);
await show('stop', async () => {
  await lv.stop();
  await lv.stop();
  return await lv.range(3).count();
});
