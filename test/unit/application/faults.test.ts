import { describe, expect, test } from 'vitest';
import { summarize } from '../../../driver/events/summarize.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { failureOf } from '../../../engine/runtime/worker/task-failure.ts';
import { isCommit } from '../../../engine/types/keys.ts';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { openTestEngine } from '../../support/engine.ts';

function names(attempts: readonly TaskSpec[]): readonly string[] {
  return attempts.map(({ stageNumber, partition, generation }) => `${stageNumber}: ${partition}/${generation}`);
}

const refusal: TaskOutcome = {
  kind: 'failure',
  failure: failureOf(new LevinError({ code: 'THROTTLED', fault: 'transient', message: '429: too many requests' })),
};

describe('a platform that refuses attempts', () => {
  test('gets them again after a pause; refusals are no failures', async () => {
    let refusals = 6;
    const lv = await openTestEngine({ config: { maxTaskFailures: 1 }, script: async () => (refusals-- > 0 ? refusal : null) });
    const count = lv.range(40, 4).count();
    for (let i = 0; i < 20; i++) await lv.stores.clock.advance(1000);
    expect(await count).toBe(40);
    expect(summarize(lv.events).tasks).toMatchObject({ succeeded: 4, failed: 0 });
    // Six refusals, and each refused task once more; which of the four were refused twice is up to the pauses.
    expect(names(lv.attempts).length).toBe(4 + 6);
    expect(new Set(names(lv.attempts.slice(6))).size).toBe(4);
    expect(lv.events.filter((event) => event.kind === 'warning' && event.code === 'THROTTLED').length).toBe(1);
  });

  test('for ever starves the job, which says for how long and how often', async () => {
    const lv = await openTestEngine({ config: { starvedAfterMs: 60_000 }, script: async () => refusal });
    const count = lv.range(40, 4).count();
    const ended = expect(count).rejects.toMatchObject({
      code: 'STARVED',
      fault: 'resource',
      message: expect.stringMatching(
        /^count: no task got through for \d+ s: \d+ refusals, 4 tasks waiting, 4 slots\. Give it more capacity, or raise starvedAfterMs\.$/,
      ),
    });
    for (let i = 0; i < 200; i++) await lv.stores.clock.advance(1000);
    await ended;
    expect(summarize(lv.events).tasks).toMatchObject({ succeeded: 0, failed: 0 });
  });
});

test('a result that is gone before it is collected is made again, that task alone', async () => {
  const lv = await openTestEngine();
  const { objects } = lv.stores;
  const { getRange } = objects;
  let losses = 1;
  Object.assign(objects, {
    async getRange(key: string, ...range: [number, number]) {
      if (/\/results\/\w+\/1-/.test(key) && losses-- > 0) await objects.deleteMany([key]);
      return await getRange(key, ...range);
    },
  });
  const long = lv.range(40, 4).map((x) => `${'x'.repeat(100)}${x}`);
  expect((await long.collect()).length).toBe(40);
  expect(names(lv.attempts)).toEqual(['0: 0/0', '0: 1/0', '0: 2/0', '0: 3/0', '0: 1/1']);
});

test('a commit whose response is lost has counted: nothing runs again', async () => {
  const lv = await openTestEngine();
  const { put } = lv.stores.metadata;
  const dropped = new Set<string>();
  Object.assign(lv.stores.metadata, {
    async put(...[key, ...rest]: Parameters<typeof put>) {
      const answer = await put(key, ...rest);
      if (!isCommit(key) || dropped.has(key.sort)) return answer;
      dropped.add(key.sort);
      throw new LevinError({ code: 'CONNECTION_RESET', fault: 'transient', message: 'the connection was reset' });
    },
  });
  expect(await lv.range(40, 4).count()).toBe(40);
  expect(dropped.size).toBe(4);
  expect(names(lv.attempts)).toEqual(['0: 0/0', '0: 1/0', '0: 2/0', '0: 3/0']);
});

test('a result that is gone every time ends the action, with the reason', async () => {
  const lv = await openTestEngine();
  const { objects } = lv.stores;
  const { getRange } = objects;
  Object.assign(objects, {
    async getRange(key: string, ...range: [number, number]) {
      if (/\/results\/\w+\/1-/.test(key)) await objects.deleteMany([key]);
      return await getRange(key, ...range);
    },
  });
  const long = lv.range(40, 4).map((x) => `${'x'.repeat(100)}${x}`);
  await expect(long.collect()).rejects.toMatchObject({
    code: 'RESULT_LOST',
    fault: 'resource',
    message: expect.stringMatching(
      /^collect: results were committed but could not be read 5 times \(.+\)\. Something deletes or damages files in the state folder\.$/,
    ),
  });
  expect(names(lv.attempts).slice(4)).toEqual(['0: 1/1', '0: 1/2', '0: 1/3', '0: 1/4']);
});
