// Operations on pairs; run by test/e2e/spark/pairs.test.ts on several masters.
import { Context } from 'levin';
import { showWith } from './show.ts';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
const show = showWith(true);
const sorted = <T>(records: readonly T[]): T[] => records.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const pairs = lv.parallelize(
  [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
    ['a', 5],
  ],
  slices,
);
const empty = lv.parallelize<[string, number]>([], slices);
const none = lv.emptyRDD<[string, number]>();
/** More partitions than records. */
const sparse = lv.parallelize(
  [
    ['b', 20],
    ['d', 40],
  ],
  slices + 7,
);
const nullKeys = lv.parallelize<[string | null, number]>(
  [
    [null, 1],
    ['a', 2],
    [null, 3],
  ],
  slices,
);
const notPairs = lv.parallelize([1, 2], 1) as never as typeof pairs;
const shuffles = async (rdd: { toDebugString(): Promise<string> }): Promise<number> => (await rdd.toDebugString()).split('+-').length - 1;
class Sum {
  total = 0;
  add(n: number): this {
    this.total += n;
    return this;
  }
}

await show('keys', async () => [await pairs.keys().collect(), await empty.keys().collect(), await nullKeys.keys().collect()]);
await show('values', async () => [await pairs.values().collect(), await none.values().collect()]);
await show('keys of records that are no pairs', () => notPairs.keys().collect());
await show('flatMapValues', async () => [
  await pairs.flatMapValues((n) => (n % 2 === 1 ? [n, -n] : [])).collect(),
  await empty.flatMapValues((n) => [n]).collect(),
]);
await show('flatMapValues keeps the partitioner', () =>
  shuffles(
    pairs
      .partitionBy(3)
      .flatMapValues((n) => [n])
      .reduceByKey((a, b) => a + b),
  ),
);
await show('flatMapValues async', () => pairs.flatMapValues(async (n) => [n, n], { concurrency: 4 }).count());
await show('flatMapValues of a number', () =>
  pairs
    .coalesce(1)
    .flatMapValues(((n: number) => n) as never)
    .collect(),
);
await show('reduceByKeyLocally', () => pairs.reduceByKeyLocally((a, b) => a + b));
await show('reduceByKeyLocally of nothing', async () => [
  await empty.reduceByKeyLocally((a, b) => a + b),
  await none.reduceByKeyLocally((a, b) => a + b),
]);
await show('reduceByKeyLocally with null keys', async () => (await nullKeys.reduceByKeyLocally((a, b) => a + b)).get(null));
await show('reduceByKeyLocally with a promise', () => pairs.coalesce(1).reduceByKeyLocally((async (a: number) => a) as never));
await show('reduceByKeyLocally of records that are no pairs', () => notPairs.reduceByKeyLocally((a, b) => a + b));
await show('countByKey', async () => [await pairs.countByKey(), await empty.countByKey(), (await nullKeys.countByKey()).get(null)]);
await show('countByKey by value', async () =>
  (
    await lv
      .parallelize(
        [
          [[1, 'x'], 0],
          [[1, 'x'], 1],
        ],
        slices,
      )
      .countByKey()
  ).get([1, 'x']),
);
await show('combineByKey', async () =>
  sorted(
    await pairs
      .combineByKey(
        (n) => [n],
        (list, n) => [...list, n],
        (a, b) => [...a, ...b],
      )
      .collect(),
  ),
);
await show('combineByKey of nothing', async () => [
  await empty
    .combineByKey(
      (n) => n,
      (a, b) => a + b,
      (a, b) => a + b,
    )
    .collect(),
  await sparse
    .combineByKey(
      (n) => n,
      (a, b) => a + b,
      (a, b) => a + b,
      1,
    )
    .collect(),
]);
await show('combineByKey without a function', () =>
  pairs.combineByKey(
    (n) => n,
    null as never,
    (a) => a,
  ),
);
await show('combineByKey that throws', () =>
  pairs
    .coalesce(1)
    .combineByKey(
      (n): number => {
        throw new TypeError(`no ${n}`);
      },
      (a) => a,
      (a) => a,
    )
    .collect(),
);
await show('aggregateByKey', async () =>
  sorted(
    await pairs
      .aggregateByKey(
        [0, 0],
        ([sum, n], v) => [sum + v, n + 1],
        ([s, n], [t, m]) => [s + t, n + m],
      )
      .collect(),
  ),
);
await show('aggregateByKey clones its zero for each key', async () =>
  sorted(
    await pairs
      .aggregateByKey(
        [] as number[],
        (list, n) => {
          list.push(n);
          return list;
        },
        (a, b) => {
          a.push(...b);
          return a;
        },
      )
      .collect(),
  ),
);
await show('aggregateByKey with a zero of a class', async () =>
  sorted(
    await pairs
      .aggregateByKey(
        new Sum(),
        (sum, n) => sum.add(n),
        (a, b) => a.add(b.total),
      )
      .mapValues((sum) => [sum instanceof Sum, sum.total])
      .collect(),
  ),
);
await show('aggregateByKey counts a zero once for each key of a partition', async () => {
  const one = lv.parallelize(
    [
      ['a', 1],
      ['a', 1],
      ['b', 1],
    ],
    1,
  );
  const two = one.union(one);
  return [
    sorted(
      await one
        .aggregateByKey(
          10,
          (a, b) => a + b,
          (a, b) => a + b,
        )
        .collect(),
    ),
    sorted(
      await two
        .aggregateByKey(
          10,
          (a, b) => a + b,
          (a, b) => a + b,
        )
        .collect(),
    ),
  ];
});
await show('aggregateByKey of nothing', () =>
  empty
    .aggregateByKey(
      0,
      (a, b) => a + b,
      (a, b) => a + b,
    )
    .collect(),
);
await show('aggregateByKey with a promise', () =>
  pairs
    .coalesce(1)
    .aggregateByKey(0, (async (a: number) => a) as never, (a) => a)
    .collect(),
);
await show('foldByKey', async () => [
  sorted(await pairs.foldByKey(0, (a, b) => a + b).collect()),
  await empty.foldByKey(0, (a, b) => a + b).collect(),
]);
await show('foldByKey counts a zero once for each key of a partition', async () => {
  const one = lv.parallelize(
    [
      ['a', 1],
      ['a', 1],
      ['b', 1],
    ],
    1,
  );
  return [
    sorted(await one.foldByKey(10, (a, b) => a + b).collect()),
    sorted(
      await one
        .union(one)
        .foldByKey(10, (a, b) => a + b, 2)
        .collect(),
    ),
  ];
});
await show('foldByKey into 0 partitions', () => pairs.foldByKey(0, (a, b) => a + b, 0));
await show('partitionBy', async () => {
  const placed = pairs.partitionBy(4);
  const parts = await placed.keys().glom().collect();
  return [parts.length, parts.filter((part) => part.includes('a')).length, sorted(parts.flat())];
});
await show(
  'partitionBy puts null keys into partition 0',
  async () => (await nullKeys.partitionBy(5).glom().collect())[0]?.filter(([k]) => k === null).length,
);
await show('partitionBy with a function', () =>
  lv
    .parallelize(
      [
        [1, 'x'],
        [5, 'y'],
        [3, 'z'],
        [2, 'w'],
      ],
      slices,
    )
    .partitionBy(3, (n) => n % 3)
    .glom()
    .map((part) => part.map(([k]) => k).toSorted((a, b) => a - b))
    .collect(),
);
await show('partitionBy twice moves once', async () => {
  const parity = (key: number): number => key % 2;
  const numbers = lv.parallelize(
    [
      [1, 'x'],
      [2, 'y'],
    ],
    slices,
  );
  return [
    await shuffles(pairs.partitionBy(3).partitionBy(3)),
    await shuffles(pairs.partitionBy(3).partitionBy(4)),
    await shuffles(numbers.partitionBy(2, parity).partitionBy(2, parity)),
    await shuffles(numbers.partitionBy(2, parity).partitionBy(2)),
    await shuffles(
      pairs
        .partitionBy(3)
        .mapValues((n) => n)
        .filter(() => true)
        .groupByKey(),
    ),
    await shuffles(
      pairs
        .partitionBy(3)
        .map(([k, v]) => [k, v])
        .groupByKey(),
    ),
    await shuffles(
      pairs
        .partitionBy(3)
        .map(([k, v]) => [k, v], { preservesPartitioning: true })
        .groupByKey(),
    ),
  ];
});
await show('partitionBy nothing', async () => [await empty.partitionBy(3).glom().collect(), await none.partitionBy(2).getNumPartitions()]);
await show('partitionBy 0', () => pairs.partitionBy(0));
await show('partitionBy 2.5', () => pairs.partitionBy(2.5));
await show('partitionBy a function that gives 7.5', () =>
  pairs
    .coalesce(1)
    .partitionBy(9, () => 7.5)
    .collect(),
);
await show('partitionBy a function that gives -1', () =>
  pairs
    .coalesce(1)
    .partitionBy(9, () => -1)
    .collect(),
);
await show('partitionBy a function that gives too much', () =>
  pairs
    .coalesce(1)
    .partitionBy(2, () => 2)
    .collect(),
);
await show('partitionBy a function that gives nothing', () =>
  pairs
    .coalesce(1)
    .partitionBy(2, (() => undefined) as never)
    .collect(),
);
await show('partitionBy an async function', () =>
  pairs
    .coalesce(1)
    .partitionBy(2, (async () => 1) as never)
    .collect(),
);
await show('partitionBy a string', () => pairs.partitionBy(2, 'hash' as never));
await show('join of inputs placed alike moves nothing', async () => {
  const [left, right] = [pairs.partitionBy(3), sparse.partitionBy(3)];
  return [await shuffles(left.join(right)), await left.join(right).getNumPartitions(), sorted(await left.join(right).collect())];
});
await show('join goes along with the placed side', async () => {
  const joined = pairs.partitionBy(20).join(sparse);
  return [await shuffles(joined), await joined.getNumPartitions(), sorted(await joined.collect())];
});
await show('join goes along with a partition function', async () => {
  const first = (key: string): number => key.charCodeAt(0) % 5;
  const joined = pairs.partitionBy(5, first).leftOuterJoin(sparse);
  return [await joined.getNumPartitions(), sorted(await joined.collect()), (await joined.keys().glom().collect())[2]];
});
await show('join goes along with a sort', async () => {
  const joined = pairs.sortByKey({ numPartitions: 30 }).fullOuterJoin(sparse);
  return [await shuffles(joined), sorted(await joined.collect())];
});
await show('leftOuterJoin', async () => [
  sorted(await pairs.leftOuterJoin(sparse).collect()),
  await empty.leftOuterJoin(pairs).collect(),
  await sparse.leftOuterJoin(empty, 1).collect(),
]);
await show('rightOuterJoin', async () => [
  sorted(await pairs.rightOuterJoin(sparse).collect()),
  sorted(await none.rightOuterJoin(sparse).collect()),
]);
await show('fullOuterJoin', async () => [sorted(await pairs.fullOuterJoin(sparse).collect()), await empty.fullOuterJoin(none).collect()]);
await show('outer joins multiply duplicates', async () => [
  await pairs.leftOuterJoin(pairs).count(),
  await pairs.rightOuterJoin(pairs).count(),
  await pairs.fullOuterJoin(pairs.union(sparse)).count(),
]);
await show('outer joins with null keys', async () => sorted(await nullKeys.fullOuterJoin(lv.parallelize([[null, 'n']], 2)).collect()));
await show('leftOuterJoin with a list', () => pairs.leftOuterJoin([] as never));
await show('leftOuterJoin into 0 partitions', () => pairs.leftOuterJoin(sparse, 0));
await show('cogroup', async () => sorted(await pairs.cogroup(sparse).collect()));
await show('cogroup of nothing', async () => [await empty.cogroup(empty).collect(), sorted(await none.cogroup(sparse).collect())]);
await show('groupWith', async () =>
  sorted(
    await pairs
      .groupWith(
        sparse,
        lv.parallelize(
          [
            ['d', 'x'],
            ['a', 'y'],
            ['d', 'z'],
          ],
          2,
        ),
      )
      .collect(),
  ),
);
await show('groupWith alone and with three', async () => [
  sorted(await sparse.groupWith().collect()),
  (await sparse.groupWith(sparse, sparse, sparse).collect()).length,
]);
await show('cogroup of records that are no pairs', () => notPairs.cogroup(notPairs, 1).collect());
await show('subtractByKey', async () => [
  sorted(
    await pairs
      .subtractByKey(
        lv.parallelize(
          [
            ['b', null],
            ['c', null],
            ['b', null],
          ],
          2,
        ),
      )
      .collect(),
  ),
  sorted(await pairs.subtractByKey(empty).collect()).length,
  await empty.subtractByKey(pairs).collect(),
]);
await show('subtractByKey with null keys', () => nullKeys.subtractByKey(lv.parallelize([[null, 0]], 3)).collect());
await show('subtractByKey stays where the left is', async () => {
  const placed = pairs.partitionBy(2);
  return [
    await shuffles(placed.subtractByKey(sparse.partitionBy(2))),
    await placed.subtractByKey(sparse).getNumPartitions(),
    (await pairs.subtractByKey(sparse).getNumPartitions()) === slices,
    await pairs.subtractByKey(sparse, 6).getNumPartitions(),
  ];
});
await show('sortByKey', async () => [
  await pairs.sortByKey().keys().collect(),
  await pairs.sortByKey({ ascending: false }).keys().collect(),
  await empty.sortByKey().collect(),
  await none.sortByKey().collect(),
]);
await show('sortByKey into one and into many partitions', async () => [
  await pairs.sortByKey({ numPartitions: 1 }).keys().collect(),
  await pairs.sortByKey({ numPartitions: 9, ascending: false }).keys().collect(),
  await sparse.sortByKey({ numPartitions: 3 }).getNumPartitions(),
]);
await show('sortByKey keeps equal keys in one partition', async () => {
  const parts = await lv
    .parallelize(
      Array.from({ length: 300 }, (_, i) => [i % 3, i]),
      slices,
    )
    .sortByKey({ numPartitions: 4 })
    .keys()
    .glom()
    .collect();
  return [0, 1, 2].map((key) => parts.filter((part) => part.includes(key)).length);
});
await show('sortByKey of many', async () => {
  const keys = await lv
    .range(20_000, { numSlices: slices })
    .map((x) => [(x * 7919) % 20_011, x])
    .sortByKey({ numPartitions: 7 })
    .keys()
    .collect();
  return [keys.length, keys.every((k, i) => i === 0 || k >= (keys[i - 1] as number))];
});
await show('sortByKey with a key function', async () => [
  await lv
    .parallelize(
      [
        ['b', 1],
        ['A', 2],
        ['C', 3],
      ],
      slices,
    )
    .sortByKey({ keyFn: (k) => k.toLowerCase() })
    .collect(),
  await lv
    .parallelize(
      [
        ['b', 1],
        ['A', 2],
        ['C', 3],
      ],
      slices,
    )
    .sortByKey({ keyFn: (k) => k.toLowerCase(), ascending: false, numPartitions: 2 })
    .keys()
    .collect(),
]);
await show('sortByKey with null keys', () => nullKeys.sortByKey().values().collect());
await show('sortByKey with an async key function', () =>
  pairs
    .coalesce(1)
    .sortByKey({ keyFn: (async (k: string) => k) as never })
    .collect(),
);
await show('sortByKey into 0 partitions', () => pairs.sortByKey({ numPartitions: 0 }));
await show('sortByKey of records that are no pairs', () => notPairs.sortByKey({ numPartitions: 1 }).collect());
await show('reduceByKey after sortByKey moves once', () => shuffles(pairs.sortByKey({ numPartitions: 30 }).reduceByKey((a, b) => a + b)));
await show('repartitionAndSortWithinPartitions', () =>
  lv
    .parallelize(
      [
        [0, 5],
        [3, 8],
        [2, 6],
        [0, 8],
        [3, 8],
        [1, 3],
      ],
      slices,
    )
    .repartitionAndSortWithinPartitions({ numPartitions: 2, partitionFunc: (n) => n % 2 })
    .keys()
    .glom()
    .collect(),
);
await show('repartitionAndSortWithinPartitions descending, by a key function', async () => [
  await lv
    .parallelize(
      [
        [0, 5],
        [3, 8],
        [2, 6],
        [1, 3],
      ],
      slices,
    )
    .repartitionAndSortWithinPartitions({ numPartitions: 1, ascending: false })
    .keys()
    .collect(),
  await lv
    .parallelize(
      [
        [0, 5],
        [3, 8],
        [2, 6],
        [1, 3],
      ],
      slices,
    )
    .repartitionAndSortWithinPartitions({ numPartitions: 1, keyFn: (n) => -n })
    .keys()
    .collect(),
  await lv
    .parallelize(
      [
        [0, 5],
        [3, 8],
        [2, 6],
        [1, 3],
      ],
      slices,
    )
    .repartitionAndSortWithinPartitions({ numPartitions: 1, keyFn: (n) => -n, ascending: false })
    .keys()
    .collect(),
]);
await show('repartitionAndSortWithinPartitions by default', async () => [
  (await pairs.repartitionAndSortWithinPartitions().getNumPartitions()) === slices,
  await empty.repartitionAndSortWithinPartitions().collect(),
]);
await show('repartitionAndSortWithinPartitions without numPartitions', () =>
  pairs.repartitionAndSortWithinPartitions({ partitionFunc: () => 0 }),
);
await show('filterByRange', async () => [
  sorted(await pairs.filterByRange('b', 'c').collect()),
  await pairs.sortByKey().filterByRange('a', 'b').keys().collect(),
  await pairs.sortByKey({ ascending: false, numPartitions: 3 }).filterByRange('b', 'z').keys().collect(),
  await pairs.filterByRange('c', 'b').collect(),
  await empty.filterByRange('a', 'z').collect(),
]);
await show('filterByRange keeps the partitioner', () => shuffles(pairs.partitionBy(3).filterByRange('a', 'b').groupByKey()));
await show('filterByRange of a function', () => pairs.filterByRange((() => 'a') as never, 'b'));
await show('countApproxDistinctByKey', async () => [
  sorted(await pairs.union(pairs).countApproxDistinctByKey().collect()),
  await empty.countApproxDistinctByKey().collect(),
  sorted(await nullKeys.countApproxDistinctByKey(0.1, 2).collect()),
]);
await show('countApproxDistinctByKey within three standard errors', async () => {
  const values = lv.range(30_000, { numSlices: slices }).map((x) => [x % 2 === 0 ? 'few' : 'many', x % 2 === 0 ? x % 100 : x]);
  const counts = await values.countApproxDistinctByKey(0.02).collectAsMap();
  return [Math.abs((counts.get('few') as number) - 50) <= 3, Math.abs((counts.get('many') as number) - 15_000) <= 900];
});
await show('countApproxDistinctByKey 0.0002', () => pairs.countApproxDistinctByKey(0.0002));
await show('countApproxDistinctByKey of sets', () =>
  pairs
    .coalesce(1)
    .mapValues(() => new Set())
    .countApproxDistinctByKey()
    .collect(),
);
await show('lookup', async () => [await pairs.lookup('a'), await pairs.lookup('z'), await empty.lookup('a'), await none.lookup('a')]);
await show('lookup of null', async () => [await nullKeys.lookup(null), await nullKeys.partitionBy(3).lookup(null)]);
await show('lookup by value', () =>
  lv
    .parallelize(
      [
        [[1, 'x'], 'found'],
        [[1, 'y'], 'not'],
      ],
      slices,
    )
    .lookup([1, 'x']),
);
await show('lookup runs one partition where keys are placed', async () => {
  const only = (rdd: typeof pairs, partition: number): Promise<number[]> =>
    rdd
      .mapPartitionsWithIndex((p, records) => {
        if (p !== partition) throw new Error(`partition ${p} is touched`);
        return [...records];
      }, true)
      .lookup('a');
  const first = (key: string): number => key.charCodeAt(0) % 4;
  return [
    await only(pairs.partitionBy(10), 5),
    await only(pairs.partitionBy(4, first), 1),
    await pairs.sortByKey({ numPartitions: 20 }).lookup('a'),
  ];
});
await show('lookup of a Set', () => pairs.lookup(new Set() as never));
const strata = lv.range(6000, { numSlices: slices }).map((x) => [x % 3, x]);
await show('sampleByKey', async () => {
  const counts = await strata
    .sampleByKey(
      false,
      [
        [0, 0.5],
        [1, 0],
        [2, 1],
      ],
      3,
    )
    .countByKey();
  return [Math.abs((counts.get(0) as number) - 1000) < 130, counts.has(1), counts.get(2)];
});
await show('sampleByKey with replacement', async () => {
  const counts = await strata
    .sampleByKey(
      true,
      new Map([
        [0, 2],
        [1, 0],
        [2, 0.5],
      ]),
      3,
    )
    .countByKey();
  return [Math.abs((counts.get(0) as number) - 4000) < 300, counts.has(1), Math.abs((counts.get(2) as number) - 1000) < 130];
});
await show('sampleByKey with the same seed', async () => {
  const [a, b, c] = await Promise.all(
    [1, 1, 2].map((seed) =>
      strata
        .sampleByKey(
          false,
          [
            [0, 0.5],
            [1, 0.5],
            [2, 0.5],
          ],
          seed,
        )
        .values()
        .collect(),
    ),
  );
  return [a?.join() === b?.join(), a?.join() === c?.join()];
});
await show('sampleByKey with an object', async () => [
  sorted(await pairs.sampleByKey(false, { a: 1, b: 0, c: 1 }).collect()),
  await empty.sampleByKey(false, {}).collect(),
]);
await show('sampleByKey without a fraction for a key', () => pairs.coalesce(1).sampleByKey(false, { a: 1 }).collect());
await show('sampleByKey with a fraction of -1', () => pairs.sampleByKey(false, { a: -1 }));
await show('sampleByKey with a fraction of 2', () => pairs.sampleByKey(false, { a: 2 }));
await show('sampleByKey without fractions', () => pairs.sampleByKey(false, null as never));

const byRest = lv.range(3000, { numSlices: slices }).keyBy((x) => x % 3);
const counts = async (rdd: { countByKey(): Promise<Iterable<readonly [unknown, number]>> }) => sorted([...(await rdd.countByKey())]);
await show('sampleByKeyExact', async () => {
  const fractions: [number, number][] = [
    [0, 0.5],
    [1, 0],
    [2, 0.0101],
  ];
  const sample = byRest.sampleByKeyExact(false, fractions, 3);
  const values = await sample.values().collect();
  return [await counts(sample), new Set(values).size, values.join() === values.toSorted((a, b) => a - b).join()];
});
await show('sampleByKeyExact with replacement', async () => {
  const fractions = new Map([
    [0, 2.5],
    [1, 0.0101],
    [2, 0],
  ]);
  const sample = byRest.sampleByKeyExact(true, fractions, 3);
  const different = new Set(
    await sample
      .filter(([key]) => key === 0)
      .values()
      .collect(),
  ).size;
  return [await counts(sample), different > 850 && different < 980];
});
await show('sampleByKeyExact of all', async () => [
  await pairs.sampleByKeyExact(false, { a: 1, b: 1, c: 1 }).collect(),
  await pairs.sampleByKeyExact(false, { a: 0, b: 0, c: 0 }).collect(),
]);
await show('sampleByKeyExact of few', async () => [
  await counts(pairs.sampleByKeyExact(false, { a: 0.01, b: 0.01, c: 0.01 })),
  await counts(sparse.sampleByKeyExact(true, { b: 3, d: 0.5 })),
  await counts(
    nullKeys.sampleByKeyExact(false, [
      [null, 0.5],
      ['a', 1],
    ]),
  ),
]);
await show('sampleByKeyExact of nothing', async () => [
  await empty.sampleByKeyExact(false, {}).collect(),
  await none.sampleByKeyExact(true, {}).collect(),
]);
await show('sampleByKeyExact with the same seed', async () => {
  const draw = (seed?: number) =>
    byRest
      .sampleByKeyExact(
        false,
        [
          [0, 0.5],
          [1, 0.5],
          [2, 0.5],
        ],
        seed,
      )
      .values()
      .collect();
  const [a, b, c, d, e] = await Promise.all([draw(1), draw(1), draw(2), draw(), draw()]);
  return [a.join() === b.join(), a.join() === c.join(), d.join() === e.join()];
});
await show('sampleByKeyExact after a shuffle', async () => {
  const placed = byRest.partitionBy(4);
  const sample = placed.sampleByKeyExact(false, [
    [0, 0.1],
    [1, 0.2],
    [2, 0.3],
  ]);
  return [await counts(sample), await sample.getNumPartitions(), await counts(sample.coalesce(2).union(sample))];
});
await show('sampleByKeyExact keeps the partitioner', async () => {
  const sample = pairs.partitionBy(4).sampleByKeyExact(false, { a: 1, b: 1, c: 1 });
  return (await shuffles(sample.reduceByKey((a, b) => a + b))) - (await shuffles(sample));
});
await show('sampleByKeyExact without a fraction for a key', () => pairs.coalesce(1).sampleByKeyExact(false, { a: 1 }).collect());
await show('sampleByKeyExact of records that are no pairs', () => notPairs.sampleByKeyExact(false, { a: 1 }).collect());
await show('sampleByKeyExact with a fraction of -1', () => pairs.sampleByKeyExact(true, { a: -1 }));
await show('sampleByKeyExact with a fraction of 2', () => pairs.sampleByKeyExact(false, { a: 2 }));
await show('sampleByKeyExact without fractions', () => pairs.sampleByKeyExact(false, null as never));
await show('sampleByKeyExact with a seed of 1.5', () => pairs.sampleByKeyExact(false, {}, 1.5));
await show('countByKeyApprox', () => pairs.countByKeyApprox(60_000));
await show('countByKeyApprox of nothing', async () => [await empty.countByKeyApprox(60_000), await none.countByKeyApprox(60_000, 1)]);
await show('countByKeyApprox in no time', () => pairs.countByKeyApprox(0));
await show('countByKeyApprox confidence', () => pairs.countByKeyApprox(1000, 1.01));
await show('countByKeyApprox timeout', () => pairs.countByKeyApprox(-1));
