import { DATA_SHAPES } from './shapes-data.ts';
import { DRIVER_SHAPES } from './shapes-driver.ts';
import { INDETERMINATE_SHAPES } from './shapes-indeterminate.ts';
import { countsOf, groupsOf, numbersOf, type Shape, sortedTexts } from './sim-job.ts';

const WORDS = ['ash', 'birch', 'cedar', 'elm', 'fir', 'holly', 'larch', 'oak', 'pine', 'yew'];

const wordCount: Shape = (draw) => {
  const lines = Array.from({ length: draw.whole(1, 40) }, () =>
    Array.from({ length: draw.whole(0, 6) }, () => WORDS[draw.whole(0, 9)]).join(' '),
  );
  const [splits, n] = [draw.whole(1, 5), draw.whole(1, 4)];
  const words = lines.flatMap((line) => line.split(' ')).filter((word) => word !== '');
  return {
    shape: 'wordCount',
    inputs: { '/in/words.txt': `${lines.join('\n')}\n` },
    expected: sortedTexts(countsOf(words)),
    run: async (lv) =>
      sortedTexts(
        await lv
          .textFile('/in', splits)
          .flatMap((line) => line.split(' ').filter((word) => word !== ''))
          .map((word) => [word, 1])
          .reduceByKey((a, b) => a + b, n)
          .collect(),
      ),
  };
};

const sort: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 200, 50), draw.whole(1, 6), draw.whole(1, 5)];
  return {
    shape: 'sort',
    expected: [...numbers].sort((a, b) => a - b),
    run: (lv) =>
      lv
        .parallelize(numbers, p)
        .sortBy((x) => x, { numPartitions: n })
        .collect(),
  };
};

const join: Shape = (draw) => {
  const left = numbersOf(draw, 60, 20).map((x, i) => [x, i] as [number, number]);
  const right = numbersOf(draw, 60, 20).map((x, i) => [x, -i] as [number, number]);
  const [p, q, n] = [draw.whole(1, 4), draw.whole(1, 4), draw.whole(1, 4)];
  return {
    shape: 'join',
    expected: sortedTexts(left.flatMap(([k, v]) => right.filter(([other]) => other === k).map(([, w]) => [k, [v, w]]))),
    run: async (lv) => sortedTexts(await lv.parallelize(left, p).join(lv.parallelize(right, q), n).collect()),
  };
};

const groupByKey: Shape = (draw) => {
  const pairs = numbersOf(draw, 120, 12).map((x, i) => [x, i] as [number, number]);
  const [p, n] = [draw.whole(1, 6), draw.whole(1, 4)];
  const expected = [...groupsOf(pairs)].map(([key, values]) => [key, values]);
  return {
    shape: 'groupByKey',
    expected: sortedTexts(expected),
    run: async (lv) => sortedTexts(await lv.parallelize(pairs, p).groupByKey(n).collect()),
  };
};

const cogroup: Shape = (draw) => {
  const left = numbersOf(draw, 50, 15).map((x, i) => [x, i] as [number, number]);
  const right = numbersOf(draw, 50, 15).map((x, i) => [x, `${i}`] as [number, string]);
  const [p, q, n] = [draw.whole(1, 4), draw.whole(1, 4), draw.whole(1, 3)];
  const [lefts, rights] = [groupsOf(left), groupsOf(right)];
  const keys = new Set([...lefts.keys(), ...rights.keys()]);
  return {
    shape: 'cogroup',
    expected: sortedTexts([...keys].map((key) => [key, [lefts.get(key) ?? [], rights.get(key) ?? []]])),
    run: async (lv) => sortedTexts(await lv.parallelize(left, p).cogroup(lv.parallelize(right, q), n).collect()),
  };
};

const unionDistinct: Shape = (draw) => {
  const [a, b] = [numbersOf(draw, 80, 40), numbersOf(draw, 80, 40)];
  const [p, q, n] = [draw.whole(1, 4), draw.whole(1, 4), draw.whole(1, 4)];
  return {
    shape: 'unionDistinct',
    expected: [a.length + b.length, sortedTexts(new Set([...a, ...b]))],
    run: async (lv) => {
      const all = lv.parallelize(a, p).union(lv.parallelize(b, q));
      return [await all.count(), sortedTexts(await all.distinct(n).collect())];
    },
  };
};

const coalesced: Shape = (draw) => {
  const pairs = numbersOf(draw, 100, 30).map((x) => [x, 1] as [number, number]);
  const [p, n, fewer] = [draw.whole(1, 6), draw.whole(2, 6), draw.whole(1, 2)];
  return {
    shape: 'coalesced',
    expected: sortedTexts(countsOf(pairs.map(([x]) => x))),
    run: async (lv) =>
      sortedTexts(
        await lv
          .parallelize(pairs, p)
          .reduceByKey((a, b) => a + b, n)
          .coalesce(fewer)
          .collect(),
      ),
  };
};

const takes: Shape = (draw) => {
  const numbers = numbersOf(draw, 150, 1000);
  const [p, n] = [draw.whole(1, 8), draw.whole(1, 12)];
  const kept = numbers.filter((x) => x % 3 !== 0);
  return {
    shape: 'takes',
    expected: [kept.slice(0, n), [...kept].sort((a, b) => a - b).slice(0, n), kept.reduce((a, b) => Math.max(a, b), -1)],
    run: async (lv) => {
      const rdd = lv.parallelize(numbers, p).filter((x) => x % 3 !== 0);
      return [await rdd.take(n), await rdd.takeOrdered(n), await rdd.fold(-1, (a, b) => Math.max(a, b))];
    },
  };
};

const sharedStages: Shape = (draw) => {
  const pairs = numbersOf(draw, 100, 25).map((x, i) => [x, i] as [number, number]);
  const [p, n] = [draw.whole(1, 5), draw.whole(1, 4)];
  const sums = [...groupsOf(pairs)].map(([key, values]) => [key, values.reduce((a, b) => a + b, 0)] as const);
  return {
    shape: 'sharedStages',
    expected: [sums.length, sortedTexts(sums), sums.reduce((all, [, sum]) => all + sum, 0)],
    run: async (lv) => {
      const summed = lv.parallelize(pairs, p).reduceByKey((a, b) => a + b, n);
      const [count, all] = await Promise.all([summed.count(), summed.collect()]);
      return [count, sortedTexts(all), await summed.values().fold(0, (a, b) => a + b)];
    },
  };
};

const iterative: Shape = (draw) => {
  const edges = numbersOf(draw, 40, 8).map((x) => [x, draw.whole(0, 7)] as [number, number]);
  const [rounds, p, n] = [draw.whole(1, 3), draw.whole(1, 3), draw.whole(1, 3)];
  let ranks = new Map<number, number>(edges.map(([from]) => [from, 1]));
  for (let i = 0; i < rounds; i++) {
    const next = new Map<number, number>();
    for (const [from, to] of edges) if (ranks.has(from)) next.set(to, (next.get(to) ?? 0) + (ranks.get(from) as number));
    ranks = next;
  }
  return {
    shape: 'iterative',
    expected: sortedTexts(ranks),
    run: async (lv) => {
      const links = lv.parallelize(edges, p);
      let current = links
        .keys()
        .distinct(n)
        .map((key) => [key, 1] as [number, number]);
      for (let i = 0; i < rounds; i++) {
        current = links
          .join(current, n)
          .map(([, [to, rank]]) => [to, rank] as [number, number])
          .reduceByKey((a, b) => a + b, n);
      }
      return sortedTexts(await current.collect());
    },
  };
};

const zipWithIndex: Shape = (draw) => {
  const [numbers, p] = [numbersOf(draw, 90, 100), draw.whole(1, 6)];
  return {
    shape: 'zipWithIndex',
    expected: numbers.map((x, i) => [x, i]),
    run: (lv) => lv.parallelize(numbers, p).zipWithIndex().collect(),
  };
};

const local: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 90, 30), draw.whole(1, 5), draw.whole(1, 4)];
  return {
    shape: 'local',
    expected: [sortedTexts(countsOf(numbers.map((x) => x % 7))), numbers.length],
    run: async (lv) => {
      const counts = lv
        .parallelize(numbers, p)
        .map((x) => [x % 7, 1] as [number, number])
        .reduceByKey((a, b) => a + b, n);
      const seen: unknown[] = [];
      for await (const pair of counts.toLocalIterator()) seen.push(pair);
      return [sortedTexts(seen), await lv.step('length', () => numbers.length)];
    },
  };
};

const save: Shape = (draw) => {
  const [numbers, p, n] = [numbersOf(draw, 120, 60), draw.whole(1, 5), draw.whole(1, 4)];
  const lines = [...countsOf(numbers)].map((pair) => JSON.stringify(pair)).sort();
  return {
    shape: 'save',
    expected: lines,
    outputs: [{ path: '/out/a', contents: [lines] }],
    run: async (lv) => {
      await lv
        .parallelize(numbers, p)
        .map((x) => [x, 1] as [number, number])
        .reduceByKey((a, b) => a + b, n)
        .saveAsTextFile('/out/a');
      return (await lv.textFile('/out/a', 2).collect()).sort();
    },
  };
};

const saveModes: Shape = (draw) => {
  const [first, second, third] = [numbersOf(draw, 60, 90), numbersOf(draw, 60, 90), numbersOf(draw, 60, 90)];
  const [p, q] = [draw.whole(1, 4), draw.whole(1, 4)];
  const lines = (numbers: readonly number[]): string[] => numbers.map(String).sort();
  return {
    shape: 'saveModes',
    expected: [lines([...first, ...second]).length, lines(third)],
    outputs: [{ path: '/out/b', contents: [lines(first), lines([...first, ...second]), lines(third)] }],
    run: async (lv) => {
      const texts = (numbers: readonly number[], parts: number) => lv.parallelize(numbers, parts).map((x) => String(x));
      await texts(first, p).saveAsTextFile('/out/b');
      await texts(second, q).saveAsTextFile('/out/b', { mode: 'append' });
      const both = await lv.textFile('/out/b', 3).count();
      await texts(third, q).saveAsTextFile('/out/b', { mode: 'overwrite' });
      return [both, (await lv.textFile('/out/b', 1).collect()).sort()];
    },
  };
};

export const SHAPES: readonly Shape[] = [
  wordCount,
  sort,
  join,
  groupByKey,
  cogroup,
  unionDistinct,
  coalesced,
  takes,
  sharedStages,
  iterative,
  zipWithIndex,
  local,
  save,
  saveModes,
  ...DATA_SHAPES,
  ...DRIVER_SHAPES,
  ...INDETERMINATE_SHAPES,
];
