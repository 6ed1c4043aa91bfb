import { describe, expect, test } from 'vitest';
import { dyingStores } from '../../support/dying-stores.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

const WORDS = ['b', 'a', 'c', 'a', 'd', 'b'];

/** A sort that is used twice, an output, a shuffle, an input; one action after the other. */
async function oneByOne(lv: TestEngine): Promise<unknown> {
  const words = lv.parallelize(WORDS, 2);
  const sorted = words.sortBy((word) => word, { numPartitions: 2 });
  const all = await sorted.collect();
  await sorted.saveAsTextFile('/out');
  const counts = words.map((word) => [word, 1]).reduceByKey((a, b) => a + b, 2);
  const lengths: number[] = [];
  for await (const [word, n] of counts.toLocalIterator()) lengths.push(word.length * n);
  return [all, (await counts.collectAsMap()).get('a'), lengths.length, await lv.textFile('/out', 1).count()];
}

/** Two equal actions and a third at the same time. */
async function atOnce(lv: TestEngine): Promise<unknown> {
  const words = lv.parallelize(WORDS, 2);
  const counts = words.map((word) => [word, 1]).reduceByKey((a, b) => a + b, 2);
  const answers = await Promise.all([counts.count(), counts.count(), words.reduce((a, b) => a + b), words.saveAsTextFile('/out')]);
  return [answers, await lv.textFile('/out', 1).collect()];
}

/** Code of the driver that decides what is computed. */
async function withSteps(lv: TestEngine): Promise<unknown> {
  const seen = [lv.draw('now', 1), lv.draw('random', 2), lv.draw('random', 2)];
  const size = await lv.step('size', () => lv.step('inner', () => 3));
  const drawn = Math.floor(lv.draw('random', 3) * 1000);
  const words = lv.parallelize(WORDS, size);
  const pairs = words.map((word) => [word, drawn]).reduceByKey((a) => a, 2);
  const counts = await Promise.all([pairs.count(), lv.step('a', () => 'x'), lv.step('a', () => 'y'), lv.step('b', () => size * 2)]);
  await lv.parallelize(WORDS, 2).saveAsTextFile('/out');
  return [seen.length, counts, (await pairs.values().distinct(1).collect()).length, await lv.step('size', () => 5)];
}

describe.each([
  ['one by one', oneByOne, [['a', 'a', 'b', 'b', 'c', 'd'], 2, 4, 6]],
  ['and steps', withSteps, [3, [4, 'x', 'y', 6], 1, 5]],
  ['at once', atOnce, [[4, 4, 'bacadb', undefined], WORDS]],
] as const)('a driver dies at any of its writes, and another one goes on; actions %s', (_, job, expected) => {
  test.each(['before', 'after'] as const)('%s the write', async (when) => {
    let write = 1;
    for (; ; write++) {
      const stores = testStores();
      const dying = dyingStores(stores, { write, when });
      const first = await openTestEngine({ stores: dying.stores })
        .then(job)
        .catch((error: unknown) => error);
      if (!dying.died()) {
        expect(first).toEqual(expected);
        break;
      }
      const begun = (await stores.metadata.query('app#app-test', '')).items.length > 0;
      const second = await openTestEngine({ stores, resume: begun });
      expect([write, await job(second)]).toEqual([write, expected]);
      expect([write, await outputNames(second)]).toEqual([
        write,
        ['_SUCCESS', '_levin/manifest-0000000001.json', 'part-00000', 'part-00001'],
      ]);
    }
    expect(write).toBeGreaterThan(20);
  });
});

async function outputNames({ stores }: TestEngine): Promise<readonly string[]> {
  const { objects } = await stores.files.list('out/');
  return objects.map(({ key }) => key.replace(/^out\//, '').replace(/-[0-9a-f]{32}$/, ''));
}
