// Accumulators; run by test/e2e/spark/accumulators.test.ts on several masters.
import { Context, type NumberAccumulator } from 'levin';
import { countIn } from './count-in.ts';
import { showWith } from './show.ts';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
const show = showWith(3);
const numbers = lv.range(20, { numSlices: slices });
const words = lv.parallelize(['the', 'whale', 'and', 'the', 'sea', 'and', 'the', 'ship'], slices);

await show('what cannot travel', () => {
  const all = lv.collectionAccumulator<unknown[]>('all');
  return lv
    .range(1, { numSlices: 1 })
    .map(() => {
      all.add([() => 1]);
      return 1;
    })
    .collect();
});
await show('longAccumulator', async () => {
  const even = lv.longAccumulator('even numbers');
  const before = [even.value, even.isZero, even.avg];
  await numbers.foreach((x) => {
    if (x % 2 === 0) even.add(x);
  });
  return [before, even.name, even.value, even.count, even.sum, even.avg, even.isZero];
});
await show('doubleAccumulator', async () => {
  const halves = lv.doubleAccumulator();
  await numbers.foreach((x) => halves.add(x / 2));
  return [halves.name, halves.value, halves.count, halves.avg];
});
await show('bigintAccumulator', async () => {
  const big = lv.bigintAccumulator();
  await numbers.foreach((x) => big.add(2n ** 70n + BigInt(x)));
  return [big.value === 20n * 2n ** 70n + 190n, big.count];
});
await show('collectionAccumulator in the order of partitions', async () => {
  const odd = lv.collectionAccumulator<number>();
  await numbers.foreach((x) => {
    if (x % 2 === 1) odd.add(x);
  });
  return odd.value.join();
});
await show('accumulator', async () => {
  const step = 2;
  const counts = lv.accumulator({
    zero: () => new Map<string, number>(),
    add: (map, word: string) => map.set(word, (map.get(word) ?? 0) + step),
    merge(a, b) {
      for (const [word, n] of b) a.set(word, (a.get(word) ?? 0) + n);
      return a;
    },
  });
  await words.foreach((word) => counts.add(word));
  const first = counts.value;
  first.set('the', 1000);
  return [...counts.value]
    .map(([word, n]) => `${word} ${n}`)
    .sort()
    .join();
});

await show('what an accumulator gives is a copy, also later', async () => {
  const all = lv.collectionAccumulator<number>();
  await numbers.foreach((x) => all.add(x));
  const before = all.value;
  await numbers.foreach((x) => all.add(x));
  return [before.length, all.value.length];
});

class Parser {
  readonly bad: NumberAccumulator;
  constructor(bad: NumberAccumulator) {
    this.bad = bad;
  }
  parse(word: string): number {
    if (word.length > 3) this.bad.add(1);
    return word.length;
  }
}
await show('in a class, a nested function and an imported module', async () => {
  const bad = lv.longAccumulator();
  const parser = new Parser(bad);
  await words.map((word) => parser.parse(word)).count();
  const inClass = bad.value;
  await words
    .map(
      (word) =>
        word.split('').filter((letter) =>
          ['a', 'e']
            .map((vowel) => {
              if (letter === vowel) bad.add(1);
              return vowel;
            })
            .includes(letter),
        ).length,
    )
    .count();
  const nested = bad.value;
  await words.map((word) => countIn(word, bad)).count();
  return [inClass, nested - inClass, bad.value - nested];
});
await show('in keys, combiners and async functions', async () => {
  const [keys, combined, waited, parts] = [lv.longAccumulator(), lv.longAccumulator(), lv.longAccumulator(), lv.longAccumulator()];
  await words
    .keyBy((word) => {
      keys.add(1);
      return word;
    })
    .mapValues(() => 1)
    .reduceByKey((a, b) => {
      combined.add(1);
      return a + b;
    })
    .collect();
  await numbers
    .map(
      async (x) => {
        await Promise.resolve();
        waited.add(1);
        return x;
      },
      { concurrency: 4 },
    )
    .count();
  await numbers
    .mapPartitions(async function* (records) {
      for await (const x of records) {
        parts.add(x);
        yield x;
      }
    })
    .count();
  return [keys.value, combined.value, waited.value, parts.value];
});
await show('a stage that is found made adds nothing again, a second look at an RDD does', async () => {
  const seen = lv.longAccumulator();
  const sums = words.map((word) => {
    seen.add(1);
    return [word, 1] as [string, number];
  });
  const counts = sums.reduceByKey((a, b) => a + b);
  const values: number[] = [];
  for (const action of [() => counts.collect(), () => counts.count(), () => sums.count(), () => sums.sortByKey().collect()]) {
    await action();
    values.push(seen.value);
  }
  return values;
});
await show('the driver adds and resets', async () => {
  const [sum, all] = [lv.longAccumulator(), lv.collectionAccumulator<number>()];
  sum.add(100);
  all.add(100);
  await numbers.foreach((x) => {
    sum.add(x);
    if (x < 2) all.add(x);
  });
  const before = [sum.value, all.value.join()];
  for (const each of [sum, all]) each.reset();
  const reset = [sum.value, sum.isZero, all.value.length, all.isZero];
  await numbers.foreach((x) => sum.add(x));
  return [...before, ...reset, sum.value];
});

const bad = lv.longAccumulator('bad lines');
const inTask = <R>(use: (x: number) => R) =>
  lv
    .range(1)
    .map((x) => [use(x)].length)
    .collect();
await show('value in a task', () => inTask(() => bad.value));
await show('reset in a task', () => inTask(() => bad.reset()));
await show('assigned in a task', () =>
  inTask(() => {
    (bad as { value: number }).value = 3;
  }),
);
await show('assigned on the driver', () => {
  (bad as { value: number }).value = 3;
});
await show('a fraction', () => inTask(() => bad.add(1.5)));
await show('NaN on the driver', () => bad.add(Number.NaN));
await show('2 ** 53', () => inTask(() => bad.add(2 ** 53)));
await show('a sum above 2 ** 53', () => inTask(() => [bad.add(2 ** 53 - 1), bad.add(1)]));
await show('a text', () => lv.doubleAccumulator().add('a rather long text' as never));
await show('a number for a bigint', () => lv.bigintAccumulator('big').add(1 as never));
await show('what throws leaves nothing', () => bad.value);
await show('in a record', () =>
  lv
    .range(1)
    .map((x) => [x, bad] as never)
    .collect(),
);
await show('as a record', () => lv.parallelize([bad as never]));
await show('an empty name', () => lv.longAccumulator(''));
await show('a wrong name', () => lv.accumulator({ zero: () => 0, add: (a) => a, merge: (a) => a }, 5 as never));
await show('without merge', () => lv.accumulator({ zero: () => 0, add: (a: number) => a } as never));
await show('without functions', () => lv.accumulator(undefined as never));
const custom = (add: (a: number, b: number) => unknown, merge = (a: number, b: number): unknown => a + b) =>
  lv.accumulator(
    { zero: () => 0, add, merge } as { zero(): number; add(a: number, b: number): number; merge(a: number, b: number): number },
    'own',
  );
await show('add that gives nothing', () => {
  const own = custom(() => undefined);
  return inTask((x) => own.add(x));
});
await show('add that gives a promise', () => {
  const own = custom(async (a) => a);
  return inTask((x) => own.add(x));
});
await show('add that throws', () => {
  const own = custom(() => {
    throw new TypeError('no sum');
  });
  return inTask((x) => own.add(x));
});
await show('merge that throws', () => {
  const own = custom(
    (a, b) => a + b,
    () => {
      throw new TypeError('no merge');
    },
  );
  return inTask((x) => own.add(x));
});
await show('in a step', () => lv.step('step', () => lv.longAccumulator().value));
