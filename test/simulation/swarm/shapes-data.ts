import { countsOf, groupsOf, numbersOf, type Shape, sortedTexts } from './sim-job.ts';

/** Many small tasks; of some more map outputs than a payload names: reducers find them in index objects. */
const manyMaps: Shape = (draw) => {
  const p = draw.whole(0, 5) === 0 ? draw.whole(405, 420) : draw.whole(10, 40);
  const [numbers, n] = [numbersOf(draw, 2 * p, 40), draw.whole(1, 3)];
  return {
    shape: 'manyMaps',
    expected: sortedTexts(countsOf(numbers)),
    workers: 64,
    run: async (lv) =>
      sortedTexts(
        await lv
          .parallelize(numbers, p)
          .map((x) => [x, 1] as [number, number])
          .repartition(n)
          .reduceByKey((a, b) => a + b, 2)
          .collect(),
      ),
  };
};

const KEYS: readonly unknown[] = [
  0,
  -0,
  Number.NaN,
  1.5,
  'a',
  '',
  'ä€😀',
  null,
  true,
  false,
  10n,
  new Date(5),
  [1, 'x'],
  [1, ['x', null]],
  { a: 1 },
  2 ** 40,
];

function textOfKey(key: unknown): string {
  if (key instanceof Date) return `date ${key.getTime()}`;
  return typeof key === 'bigint' ? `big ${key}` : typeof key === 'number' ? `number ${key}` : JSON.stringify(key);
}

const keysOfAllKinds: Shape = (draw) => {
  const [indexes, p, n] = [numbersOf(draw, 120, KEYS.length), draw.whole(1, 5), draw.whole(1, 5)];
  const pairs = indexes.map((at) => [KEYS[at], 1] as [never, number]);
  return {
    shape: 'keysOfAllKinds',
    expected: sortedTexts(countsOf(indexes.map((at) => textOfKey(KEYS[at])))),
    run: async (lv) => {
      const sums = await lv
        .parallelize(pairs, p)
        .reduceByKey((a, b) => a + b, n)
        .collect();
      return sortedTexts(sums.map(([key, sum]) => [textOfKey(key), sum]));
    },
  };
};

/** Records larger than blocks and reads, some of them than memory for them. */
const largeRecords: Shape = (draw) => {
  const lengths = Array.from({ length: draw.whole(1, 40) }, () => draw.whole(0, 1) * draw.whole(0, 4_000));
  const [p, n] = [draw.whole(1, 4), draw.whole(1, 4)];
  return {
    shape: 'largeRecords',
    expected: sortedTexts([...groupsOf(lengths.map((length, i) => [i % 5, length] as const))]),
    run: async (lv) => {
      const texts = lengths.map((length, i) => [i % 5, 'x'.repeat(length)] as [number, string]);
      const groups = await lv.parallelize(texts, p).groupByKey(n).collect();
      return sortedTexts(groups.map(([key, values]) => [key, values.map((value) => value.length)]));
    },
  };
};

const sortDown: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 200, draw.whole(2, 400)), draw.whole(1, 6), draw.whole(1, 6)];
  const words = numbers.map((x) => `w${x}`);
  return {
    shape: 'sortDown',
    expected: [[...numbers].sort((a, b) => b - a), [...words].sort()],
    run: async (lv) => {
      const pairs = lv.parallelize(numbers, p).map((x) => [x, -x] as [number, number]);
      const down = await pairs.sortByKey({ ascending: false, numPartitions: n }).keys().collect();
      return [
        down,
        await lv
          .parallelize(words, p)
          .sortBy((word) => word, { numPartitions: n })
          .collect(),
      ];
    },
  };
};

/** Which partition a record comes to. */
const placed: Shape = (draw) => {
  const [numbers, p] = [numbersOf(draw, 150, 60), draw.whole(1, 5)];
  const byRest = [0, 1, 2, 3].map((rest) => numbers.filter((x) => x % 4 === rest));
  const even = numbers.length / 4;
  return {
    shape: 'placed',
    expected: [byRest, [...numbers].sort((a, b) => a - b), true, true],
    run: async (lv) => {
      const records = lv.parallelize(numbers, p);
      const custom = await records
        .map((x) => [x, x] as [number, number])
        .partitionBy(4, (x) => x % 4)
        .values()
        .glom()
        .collect();
      const dealt = await records.repartition(4).glom().collect();
      const sizes = dealt.map((part) => part.length);
      const ranged = await records
        .sortBy((x) => x, { numPartitions: 3 })
        .glom()
        .collect();
      const borders = ranged.filter((part) => part.length > 0).map((part) => [part[0] as number, part.at(-1) as number] as const);
      return [
        custom,
        dealt.flat().sort((a, b) => a - b),
        // Each map task deals evenly, from a place of its own.
        sizes.every((size) => Math.abs(size - even) <= p),
        borders.every(([low], i) => i === 0 || low > (borders[i - 1]?.[1] as number)) && (new Set(numbers).size < 30 || borders.length > 1),
      ];
    },
  };
};

const aggregates: Shape = (draw) => {
  const pairs = numbersOf(draw, 200, 30).map((x, i) => [x % 9, i] as [number, number]);
  const [p, n] = [draw.whole(1, 6), draw.whole(1, 4)];
  const groups = [...groupsOf(pairs)];
  return {
    shape: 'aggregates',
    expected: [
      sortedTexts(groups.map(([key, values]) => [key, [values.reduce((a, b) => a + b, 0), values.length]])),
      sortedTexts(groups.filter(([key]) => key % 2 === 0).map(([key]) => key)),
      sortedTexts(countsOf(pairs.map(([key]) => key))),
    ],
    run: async (lv) => {
      const records = lv.parallelize(pairs, p);
      const sums = await records
        .aggregateByKey(
          [0, 0] as [number, number],
          ([sum, count], v) => [sum + v, count + 1] as [number, number],
          ([s, c], [t, d]) => [s + t, c + d] as [number, number],
          n,
        )
        .collect();
      const evens = lv.parallelize([0, 2, 4, 6, 8], 2);
      const both = await records.keys().intersection(evens, n).collect();
      return [sortedTexts(sums), sortedTexts(both), sortedTexts(await records.countByKey())];
    },
  };
};

export const DATA_SHAPES: readonly Shape[] = [manyMaps, keysOfAllKinds, largeRecords, sortDown, placed, aggregates];
