import { describe, expect, test } from 'vitest';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { endOf } from '../../support/application-end.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

const job = (lv: TestEngine): Promise<number> =>
  lv
    .range(60, 6)
    .map((n) => n + 1)
    .count();

const LIMIT_MS = 900_000;

interface Flight {
  readonly spec: TaskSpec;
  readonly commit: () => Promise<TaskOutcome>;
}

/** A driver with three attempts of six in flight, of which one has failed meanwhile, and that then leaves the job to another one. */
async function handedOver() {
  const stores = testStores();
  const flights: Flight[] = [];
  const launched = Promise.withResolvers<void>();
  const first = await openTestEngine({
    stores,
    queueDepth: 3,
    outliveMs: LIMIT_MS,
    script: async (spec, { execute }) => {
      flights.push({ spec, commit: execute });
      if (flights.length === 3) launched.resolve();
      return await new Promise<never>(() => undefined);
    },
  });
  void job(first);
  await launched.promise;
  await stores.clock.advance(100_000);
  const left = first.engine.handOver();
  await first.journal.handOver(left);
  return { stores, flights, left, first };
}

describe('a driver that leaves its application to the next one', () => {
  test('tells which attempts go on, and for how long', async () => {
    const { left, flights } = await handedOver();
    expect(left).toEqual(
      flights.map(({ spec: { stageId, partition, attemptId } }) => ({
        stageId,
        partition,
        attemptId,
        leftMs: LIMIT_MS + 15_000 - 100_000,
      })),
    );
  });

  test('launches nothing any more, also when attempts come back', async () => {
    const { first, flights, stores } = await handedOver();
    for (const { commit } of flights) await commit();
    await stores.clock.advance(10_000);
    expect(first.attempts.length).toBe(3);
  });

  test('its successor launches the others at once, and waits for those', async () => {
    const { stores, flights } = await handedOver();
    const second = await openTestEngine({ stores, resume: true, queueDepth: 6, outliveMs: LIMIT_MS });
    const answer = job(second);
    await stores.clock.advance(1_000);
    expect(second.attempts.map(({ partition }) => partition)).toEqual([3, 4, 5]);
    for (const { commit } of flights) await commit();
    await stores.clock.advance(10_000);
    expect(await answer).toBe(60);
    expect(second.attempts.length).toBe(3);
  });

  test('what runs from before counts as concurrency: the successor launches as many as it leaves room for', async () => {
    const { stores, flights } = await handedOver();
    const go = Promise.withResolvers<void>();
    const script = async (): Promise<null> => await go.promise.then(() => null);
    const second = await openTestEngine({ stores, resume: true, queueDepth: 6, concurrency: 4, outliveMs: LIMIT_MS, script });
    const answer = job(second);
    await stores.clock.advance(1_000);
    expect(second.attempts.map(({ partition }) => partition)).toEqual([3]);
    for (const { commit } of flights) await commit();
    await stores.clock.advance(10_000);
    expect(second.attempts.map(({ partition }) => partition)).toEqual([3, 4, 5]);
    go.resolve();
    await stores.clock.advance(10_000);
    expect(await answer).toBe(60);
  });

  test('an attempt that had ended without a commit is not waited for', async () => {
    const stores = testStores();
    const failed = Promise.withResolvers<void>();
    const first = await openTestEngine({
      stores,
      outliveMs: LIMIT_MS,
      queueDepth: 1,
      script: async ({ attempt }) => {
        if (attempt === 0) throw new Error('it fails once');
        failed.resolve();
        return await new Promise<never>(() => undefined);
      },
    });
    void job(first);
    await failed.promise;
    const left = first.engine.handOver();
    expect(left.length).toBe(1);
    // As if the second one had been over, too.
    await first.journal.handOver([]);
    const second = await openTestEngine({ stores, resume: true, queueDepth: 6, outliveMs: LIMIT_MS });
    const answer = job(second);
    await stores.clock.advance(1_000);
    expect(await answer).toBe(60);
    expect(second.attempts.length).toBe(6);
  });

  test('attempts of a driver before it that nobody has asked about yet are handed on', async () => {
    const { stores, left } = await handedOver();
    const second = await openTestEngine({ stores, resume: true, outliveMs: LIMIT_MS });
    const passedMs = 40_000;
    await stores.clock.advance(passedMs);
    const passed = second.engine.handOver();
    expect(passed).toEqual(left.map((attempt) => ({ ...attempt, leftMs: attempt.leftMs - passedMs })));
  });
});

describe('the end of a driver that hands over', () => {
  /** The driver's end over its engine; what it closes is noted. */
  async function ending(script?: Parameters<typeof openTestEngine>[0]) {
    const lv = await openTestEngine({ outliveMs: LIMIT_MS, ...script });
    return { lv, ...endOf(lv, { apart: true }) };
  }

  test('the lease is free when the log is written; attempts are not stopped, and the program hears of nothing any more', async () => {
    const answered = Promise.withResolvers<void>();
    const { lv, end, closed } = await ending({ script: async () => await answered.promise.then(() => null) });
    let heard = false;
    void end.track(job(lv)).finally(() => {
      heard = true;
    });
    const handing = end.handOver();
    await lv.stores.clock.advance(2_000);
    expect(await handing).toBe(true);
    expect(closed).toEqual(['log', 'console']);
    expect(await lv.stores.metadata.get({ partition: 'app#app-test', sort: 'lease' })).toMatchObject({ epoch: 1, released: true });
    answered.resolve();
    void end.stop().finally(() => {
      heard = true;
    });
    await lv.stores.clock.advance(20_000);
    expect(heard).toBe(false);
    expect(lv.events.some(({ kind }) => kind === 'appEnded')).toBe(false);
  });

  test('a loop over an answer that is left then ends nothing, and the code behind it does not run', async () => {
    const { lv, end } = await ending();
    const answer = lv.range(60, 6).toLocalIterator() as AsyncGenerator<number, void, void>;
    let returned = false;
    const inner: AsyncGenerator<number, void, void> = Object.assign(Object.create(answer), {
      next: () => answer.next(),
      return: () => {
        returned = true;
        return answer.return();
      },
    });
    const stream = end.gated(inner);
    expect((await stream.next()).value).toBe(0);
    const handing = end.handOver();
    let behind = false;
    void Promise.race([stream.return(), end.gate()]).finally(() => {
      behind = true;
    });
    await lv.stores.clock.advance(2_000);
    await handing;
    expect([returned, behind]).toEqual([false, false]);
  });

  test('a loop over an answer ends as always where nothing is handed over', async () => {
    const { lv, end } = await ending();
    const seen: number[] = [];
    for await (const n of end.gated(lv.range(60, 6).toLocalIterator() as AsyncGenerator<number, void, void>)) {
      seen.push(n);
      if (n === 12) break;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(lv.events.filter(({ kind }) => kind === 'jobStarted').length).toBe(2);
  });

  test('an application that has ended is not handed over', async () => {
    const { lv, end, closed } = await ending();
    expect(await end.track(job(lv))).toBe(60);
    await end.stop();
    expect(await end.handOver()).toBe(false);
    expect(closed).toContain('runner');
  });

  test('a driver that was replaced says so', async () => {
    const { lv, end } = await ending();
    await openTestEngine({ stores: lv.stores, resume: true });
    await expect(end.handOver()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });
});
