import { describe, expect, test } from 'vitest';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

const job = (lv: TestEngine): Promise<number> =>
  lv
    .range(30, 3)
    .map((n) => n + 1)
    .count();

/** A driver that launches three attempts and is never heard of again; the attempts commit when they are told to. */
async function diedWith(outliveMs: number) {
  const stores = testStores();
  const running: { readonly spec: TaskSpec; readonly commit: () => Promise<TaskOutcome> }[] = [];
  const launched = Promise.withResolvers<void>();
  const first = await openTestEngine({
    stores,
    outliveMs,
    script: async (spec, { execute }) => {
      running.push({ spec, commit: execute });
      if (running.length === 3) launched.resolve();
      return await new Promise<never>(() => undefined);
    },
  });
  void job(first);
  await launched.promise;
  const second = await openTestEngine({ stores, resume: true, outliveMs });
  return { stores, running, second };
}

const partitionsOf = ({ attempts }: TestEngine): readonly number[] => attempts.map(({ partition }) => partition);

describe('attempts that outlive their driver', () => {
  test('the successor waits for them and launches none of them again', async () => {
    const { stores, running, second } = await diedWith(900_000);
    const answer = job(second);
    await stores.clock.advance(60_000);
    expect(partitionsOf(second)).toEqual([]);
    for (const { commit } of running) await commit();
    await stores.clock.advance(10_000);
    expect(await answer).toBe(30);
    expect(partitionsOf(second)).toEqual([]);
    expect(second.events.filter((event) => event.kind === 'taskEnded' && event.failure === null).length).toBe(3);
  });

  test('those that never commit are launched again when their time is over, and only those', async () => {
    const { stores, running, second } = await diedWith(900_000);
    const answer = job(second);
    await running[1]?.commit();
    await stores.clock.advance(899_000);
    expect(partitionsOf(second)).toEqual([]);
    await stores.clock.advance(2000);
    expect(await answer).toBe(30);
    expect(partitionsOf(second)).toEqual([0, 2]);
  });

  test('a job that is cancelled waits for nothing', async () => {
    const { stores, second } = await diedWith(900_000);
    const cancel = new AbortController();
    const answer = second
      .range(30, 3)
      .map((n) => n + 1)
      .count({ signal: cancel.signal });
    await stores.clock.advance(1000);
    cancel.abort();
    await expect(answer).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(partitionsOf(second)).toEqual([]);
  });
});

test('attempts that end with their driver are launched again at once', async () => {
  const stores = testStores();
  const launched = Promise.withResolvers<void>();
  const first = await openTestEngine({
    stores,
    script: async () => {
      launched.resolve();
      return await new Promise<never>(() => undefined);
    },
  });
  void job(first);
  await launched.promise;
  const second = await openTestEngine({ stores, resume: true });
  expect(await job(second)).toBe(30);
  expect(partitionsOf(second)).toEqual([0, 1, 2]);
});
