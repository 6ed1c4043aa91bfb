import { expect, test } from 'vitest';
import type { TaskSpec } from '../../../engine/types/task.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

function names(attempts: readonly TaskSpec[]): readonly string[] {
  return attempts.map(({ stageNumber, partition, generation }) => `${stageNumber}: ${partition}/${generation}`);
}

async function deleteOutput(lv: Pick<TestEngine, 'stores' | 'attempts'>, stage: number, partition: number): Promise<void> {
  const { stageId } = lv.attempts.find(({ stageNumber }) => stageNumber === stage) as TaskSpec;
  const { objects } = await lv.stores.objects.list(`apps/app-test/shuffle/${stageId}/${partition}-`);
  await lv.stores.objects.deleteMany(objects.map(({ key }) => key));
}

/** Every run of it gives other records; the keys of one run are equal. */
function draws(): (iterator: Iterable<number>) => readonly (readonly [number, string])[] {
  let runs = 0;
  return (records) => {
    const run = runs++;
    return Array.from(records, (x) => [x % 4, `run ${run}`] as const);
  };
}

test('a map task that is lost and differs when run again: the consumer that had read it runs again, and the answer is of one piece', async () => {
  let losses = 1;
  const lv: TestEngine = await openTestEngine({
    queueDepth: 1,
    script: async ({ stageNumber, partition }) => {
      if (stageNumber === 1 && partition === 1 && losses-- > 0) await deleteOutput(lv, 0, 0);
      return null;
    },
  });
  const groups = lv.range(8, 2).mapPartitions(draws()).groupByKey(2);
  const answer = await groups.collect();
  expect(names(lv.attempts)).toEqual(['0: 0/0', '0: 1/0', '1: 0/0', '1: 1/0', '0: 0/1', '1: 1/0', '1: 0/1']);
  expect(new Set(answer.map(([, values]) => values.join()))).toEqual(new Set(['run 2,run 1']));
  expect(lv.events.filter(({ kind }) => kind === 'outputLost')).toMatchObject([
    { stage: 0, partition: 0, generation: 0, reason: 'a reader found it missing or corrupt' },
    { stage: 1, partition: 0, generation: 0, reason: 'a stage that it was made of came out differently when it ran again' },
  ]);
});

test('a map task that gives the same records again, in another order: no consumer runs again', async () => {
  let losses = 1;
  let turns = 0;
  const lv: TestEngine = await openTestEngine({
    queueDepth: 1,
    script: async ({ stageNumber, partition }) => {
      if (stageNumber === 1 && partition === 1 && losses-- > 0) await deleteOutput(lv, 0, 0);
      return null;
    },
  });
  const turned = lv.range(8, 2).mapPartitions((records) => (turns++ > 1 ? [...records].reverse() : [...records]));
  const sums = turned.map((x) => [x % 4, x]).groupByKey(2);
  expect((await sums.collect()).length).toBe(4);
  expect(names(lv.attempts)).toEqual(['0: 0/0', '0: 1/0', '1: 0/0', '1: 1/0', '0: 0/1', '1: 1/0']);
});

test('an iterator that has given a partition cannot give the next one of other records: it says so', async () => {
  const lv = await openTestEngine();
  const groups = lv.range(8, 2).mapPartitions(draws()).groupByKey(2);
  const seen: unknown[] = [];
  const rest = async (): Promise<void> => {
    for await (const [key] of groups.toLocalIterator()) {
      seen.push(key);
      if (seen.length === 1) await deleteOutput(lv, 0, 0);
    }
  };
  await expect(rest()).rejects.toMatchObject({
    code: 'INDETERMINATE_RERUN',
    fault: 'user',
    message: expect.stringMatching(
      /^toLocalIterator: groupByKey at indeterminate\.test\.ts:\d+ lost committed output, ran again and gave other records than the first time, but answers made of the first ones were handed out already \(stage 1, toLocalIterator at indeterminate\.test\.ts:\d+\): the rest would not fit them\. Make its functions give the same whenever they run \(no Math\.random, Date\.now or outside state; no dependence on the order of records after a shuffle\), or save the records and go on from the files\.$/,
    ),
  });
  expect(seen.length).toBe(3);
});

test('numbers by index are given anew when the counted records differ', async () => {
  let losses = 1;
  let runs = 0;
  const lv: TestEngine = await openTestEngine({
    queueDepth: 1,
    script: async ({ stageNumber, partition }) => {
      if (stageNumber === 2 && partition === 1 && losses-- > 0) await deleteOutput(lv, 0, 0);
      return null;
    },
  });
  const growing = lv.range(4, 2).mapPartitions((records) => Array.from({ length: runs++ < 2 ? 2 : 6 }, () => [...records][0] ?? -1));
  const numbered = growing
    .map((x) => [x, x])
    .partitionBy(2)
    .zipWithIndex();
  const indexes = (await numbered.collect()).map(([, index]) => index);
  expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 8 }, (_, i) => i));
});

test('a later driver takes back what an earlier one had made of records that are not there any more', async () => {
  const stores = testStores();
  const draw = draws();
  const first: TestEngine = await openTestEngine({
    stores,
    queueDepth: 1,
    // The driver dies, as far as stage 1 is concerned: its second task never ends.
    script: async ({ stageNumber, partition }) => (stageNumber === 1 && partition === 1 ? await new Promise(() => {}) : null),
  });
  const hung = first.range(8, 2).mapPartitions(draw).groupByKey(2).collect();
  hung.catch(() => {});
  await expect.poll(() => names(first.attempts).at(-1), { timeout: 60_000 }).toBe('1: 1/0');
  await deleteOutput(first, 0, 0);

  const second = await openTestEngine({ stores, resume: true, queueDepth: 1 });
  const answer = await second.range(8, 2).mapPartitions(draw).groupByKey(2).collect();
  expect(names(second.attempts)).toEqual(['1: 1/0', '0: 0/1', '1: 1/0', '1: 0/1']);
  expect(new Set(answer.map(([, values]) => values.join()))).toEqual(new Set(['run 2,run 1']));
});
