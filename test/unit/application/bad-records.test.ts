import { expect, test } from 'vitest';
import { summarize } from '../../../driver/events/summarize.ts';
import { openTestEngine, type TestEngine } from '../../support/engine.ts';

function half(x: number): number {
  if (x % 10 === 3) throw new RangeError(`cannot halve ${x}`);
  return x / 2;
}

async function deadLetters(lv: Pick<TestEngine, 'stores'>): Promise<readonly { readonly record: unknown }[]> {
  const { objects } = await lv.stores.objects.list('history/app-test/dead-letters/');
  const texts = await Promise.all(objects.map(async ({ key }) => new TextDecoder().decode(await lv.stores.objects.get(key))));
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line) as { readonly record: unknown });
}

test('records that a function fails on are left out up to maxBadRecords, kept, and counted once however often tasks run again', async () => {
  let losses = 1;
  const lv: TestEngine = await openTestEngine({
    config: { maxBadRecords: 10 },
    script: async ({ stageNumber, partition, stageId }, { execute }) => {
      if (stageNumber === 1 && losses-- > 0) {
        const { objects } = await lv.stores.objects.list('apps/app-test/shuffle/');
        await lv.stores.objects.deleteMany(objects.map(({ key }) => key).filter((key) => key.includes('/0-')));
      }
      // An attempt that is told to be lost although it committed: another one follows.
      if (stageNumber === 0 && partition === 1 && !raced.has(stageId)) {
        raced.add(stageId);
        await execute();
      }
      return null;
    },
  });
  const raced = new Set<string>();
  const counts = lv
    .range(100, 4)
    .map(half)
    .map((x) => [x % 1 === 0 ? 'whole' : 'half', 1])
    .reduceByKey((a, b) => a + b, 2);
  expect((await counts.collect()).toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['half', 40],
    ['whole', 50],
  ]);
  expect(summarize(lv.events).badRecords).toBe(10);
  const warnings = lv.events.flatMap((event) => (event.kind === 'warning' && event.code === 'BAD_RECORDS' ? [event.message] : []));
  expect(warnings.at(-1)).toMatch(
    /^10 records were left out of stage 0 \(reduceByKey at bad-records\.test\.ts:\d+\), because functions failed on them \(maxBadRecords: 10\)\. They stand with their errors in history\/app-test\/dead-letters\/[0-9a-f]{32}\/$/,
  );
  expect((await deadLetters(lv)).map(({ record }) => Number(record)).toSorted((a, b) => a - b)).toEqual([
    3, 13, 23, 33, 43, 53, 63, 73, 83, 93,
  ]);
});

test('one more than may be fails the job with the number', async () => {
  const lv = await openTestEngine({ config: { maxBadRecords: 9 } });
  await expect(lv.range(100, 4).map(half).count()).rejects.toMatchObject({
    code: 'TOO_MANY_BAD_RECORDS',
    fault: 'user',
    message: expect.stringMatching(/^count: /),
  });
});

test('an error that passes leaves nothing out', async () => {
  const failed = new Set<number>();
  const lv = await openTestEngine({ config: { maxBadRecords: 9 } });
  const flaky = (x: number): number => {
    if (x % 25 === 0 && !failed.has(x)) {
      failed.add(x);
      throw new Error('connection reset');
    }
    return x;
  };
  expect(await lv.range(100, 4).map(flaky).count()).toBe(100);
  expect(summarize(lv.events).badRecords).toBe(0);
});

test('without the setting the first such record fails the job', async () => {
  const lv = await openTestEngine();
  await expect(lv.range(100, 4).map(half).count()).rejects.toMatchObject({ code: 'USER_ERROR', details: { failures: 2 } });
});
