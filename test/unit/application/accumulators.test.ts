import { describe, expect, test } from 'vitest';
import type { NumberAccumulator } from '../../../engine/closures/runtime/accumulator.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { failureOf } from '../../../engine/runtime/worker/task-failure.ts';
import type { TaskOutcome } from '../../../engine/types/task.ts';
import { adding } from '../../../simulator/function-table.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

const crash: TaskOutcome = {
  kind: 'failure',
  failure: failureOf(new LevinError({ code: 'WORKER_DIED', fault: 'transient', message: 'the worker died' })),
};

/** Pairs [x mod 3, x]; each record counts once. */
function pairs(lv: TestEngine, seen: NumberAccumulator, slices = 4) {
  return lv.range(40, slices).map(
    adding([seen], (x: number) => {
      seen.add(1);
      return [x % 3, x] as [number, number];
    }),
  );
}

const sum = (a: number, b: number): number => a + b;

describe('what tasks have added counts once', () => {
  test('when attempts fail after they have added', async () => {
    const failed = new Set<number>();
    const lv = await openTestEngine({
      script: async ({ partition }, { execute }) => {
        if (failed.has(partition)) return null;
        failed.add(partition);
        await execute({} as never);
        return crash;
      },
    });
    const seen = lv.context.longAccumulator('seen');
    expect(await pairs(lv, seen).count()).toBe(40);
    expect([seen.value, seen.count, lv.attempts.length]).toEqual([40, 40, 8]);
  });

  test('when the answer of a committed attempt is lost and another one finds it committed', async () => {
    const lost = new Set<number>();
    const lv = await openTestEngine({
      script: async ({ partition }, { execute }) => {
        if (lost.has(partition)) return null;
        lost.add(partition);
        await execute();
        return crash;
      },
    });
    const seen = lv.context.longAccumulator();
    expect(await pairs(lv, seen).count()).toBe(40);
    expect([seen.value, lv.attempts.length]).toEqual([40, 8]);
  });

  test('for all actions that find the same shuffle made; for a narrow lineage once for each action', async () => {
    const lv = await openTestEngine();
    const seen = lv.context.longAccumulator();
    const sums = pairs(lv, seen).reduceByKey(sum);
    await sums.collect();
    expect(seen.value).toBe(40);
    await sums.count();
    await sums.map(([k]) => k).collect();
    expect(seen.value).toBe(40);
    await pairs(lv, seen).count();
    expect(seen.value).toBe(80);
  });

  test('when a shuffle object is lost and its task runs again', async () => {
    const lv = await openTestEngine();
    const seen = lv.context.longAccumulator();
    const sums = pairs(lv, seen).reduceByKey(sum);
    expect((await sums.collect()).length).toBe(3);
    const { objects } = lv.stores;
    const shuffles = (await objects.list('apps/app-test/shuffle/')).objects;
    await objects.deleteMany(shuffles.slice(0, 2).map(({ key }) => key));
    expect((await sums.map(([k, n]) => [k, n] as [number, number]).collect()).length).toBe(3);
    expect(lv.attempts.filter(({ generation }) => generation > 0).length).toBe(2);
    expect([seen.value, seen.count]).toEqual([40, 40]);
  });

  test('where levin itself looks at records first: samples of a sort, counts of zipWithIndex', async () => {
    const lv = await openTestEngine();
    const seen = lv.context.longAccumulator();
    await pairs(lv, seen).sortByKey().collect();
    expect(seen.value).toBe(40);
    await pairs(lv, seen).zipWithIndex().collect();
    expect(seen.value).toBe(80);
  });

  test('with what one attempt added, in the order of partitions, when all of it is large', async () => {
    const lv = await openTestEngine({ config: { maxResultBytes: 10_000_000 } });
    const long = lv.context.collectionAccumulator<string>('long');
    const run = lv.range(40, 4).map(
      adding([long], (x: number) => {
        long.add(`${x} ${'x'.repeat(5000)}`);
        return x;
      }),
    );
    expect(await run.count()).toBe(40);
    expect(long.value.map((text) => Number.parseInt(text, 10))).toEqual([...Array(40).keys()]);
    expect((await lv.stores.objects.list('apps/app-test/accumulators/')).objects.length).toBe(4);
  });

  test('when an object of what was added is gone: its task runs again, and the action waits for it', async () => {
    const lv = await openTestEngine();
    const long = lv.context.collectionAccumulator<string>('long');
    const { objects } = lv.stores;
    const { get } = objects;
    let losses = 1;
    Object.assign(objects, {
      async get(key: string, ...rest: []) {
        if (/\/accumulators\/\w+\/2-/.test(key) && losses-- > 0) await objects.deleteMany([key]);
        return await get(key, ...rest);
      },
    });
    const run = lv.range(40, 4).map(
      adding([long], (x: number) => {
        long.add(`${x} ${'x'.repeat(5000)}`);
        return x;
      }),
    );
    expect(await run.count()).toBe(40);
    expect(long.value.length).toBe(40);
    expect(lv.attempts.map(({ partition, generation }) => `${partition}/${generation}`)).toEqual(['0/0', '1/0', '2/0', '3/0', '2/1']);
  });

  test('when its job was cancelled: what was committed by then', async () => {
    const cancel = new AbortController();
    const lv = await openTestEngine({
      queueDepth: 1,
      script: async ({ partition }) => {
        if (partition === 2) cancel.abort();
        return null;
      },
    });
    const seen = lv.context.longAccumulator();
    await expect(pairs(lv, seen).count({ signal: cancel.signal })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(seen.value).toBe(20);
  });
});

describe('a driver that takes over', () => {
  /** Three actions: a shuffle, the same shuffle again, and a narrow lineage. Gives what is read after each. */
  async function job(lv: TestEngine, actions = 3): Promise<readonly unknown[]> {
    const seen = lv.context.longAccumulator('seen');
    const long = lv.context.collectionAccumulator<string>();
    const values: unknown[] = [];
    const note = (): void => void values.push(`${seen.value} ${long.value.map((text) => text.length).join()}`);
    const sums = pairs(lv, seen).reduceByKey(sum);
    const narrow = lv.range(3, 3).map(
      adding([seen, long], (x: number) => {
        seen.add(100);
        long.add('y'.repeat(x * 9000));
        return x;
      }),
    );
    const all = [
      () => sums.collect(),
      () => {
        seen.add(1000);
        return narrow.collect();
      },
      () => sums.count(),
    ];
    for (const action of all.slice(0, actions)) {
      await action();
      note();
    }
    return values;
  }
  const EXPECTED = ['40 ', '1340 0,9000,18000', '1340 0,9000,18000'];

  test.each([[0], [1], [2], [3]])('after %i actions reads the same after each', async (done) => {
    const stores = testStores();
    expect(await job(await openTestEngine({ stores }), done)).toEqual(EXPECTED.slice(0, done));
    const next = await openTestEngine({ stores, resume: true });
    expect(await job(next)).toEqual(EXPECTED);
    expect(next.attempts.length).toBe([15, 7, 4, 0][done]);
  });

  test('in the middle of a stage reads the same', async () => {
    const stores = testStores();
    const never = new Promise<never>(() => undefined);
    let launched = 0;
    const [dying, reached] = [Promise.withResolvers<void>(), 6];
    const first = await openTestEngine({
      stores,
      queueDepth: 1,
      script: async () => {
        if (++launched < reached) return null;
        dying.resolve();
        return await never;
      },
    });
    void job(first).catch(() => undefined);
    await dying.promise;
    const next = await openTestEngine({ stores, resume: true });
    expect(await job(next)).toEqual(EXPECTED);
  });
});

describe('mistakes', () => {
  test('a merge that throws fails the job, with name and place of the accumulator', async () => {
    const lv = await openTestEngine();
    const luck = lv.context.accumulator(
      {
        zero: () => 0,
        add: (a: number, b: number) => a + b,
        merge(a, b) {
          if (b > 0) throw new Error('no luck');
          return a;
        },
      },
      'luck',
    );
    const run = lv.range(4, 2).map(
      adding([luck], (x: number) => {
        luck.add(x);
        return x;
      }),
    );
    const failed = {
      code: 'ACCUMULATOR_MERGE_FAILED',
      fault: 'user',
      message: expect.stringMatching(
        /^What tasks have added to accumulator "luck" \(accumulators\.test\.ts:\d+:\d+\) could not be merged: Error: no luck$/,
      ),
    };
    await expect(run.count()).rejects.toMatchObject(failed);
    expect(() => luck.value).toThrow(expect.objectContaining(failed));
    expect(lv.events.find(({ kind }) => kind === 'jobEnded')).toMatchObject({ status: 'failed' });
    expect(await lv.range(4, 2).count()).toBe(4);
  });

  test('more than maxResultBytes in one job fails it', async () => {
    const lv = await openTestEngine({ config: { maxResultBytes: 50_000 } });
    const long = lv.context.collectionAccumulator<string>();
    const run = lv.range(40, 4).map(
      adding([long], (x: number) => {
        long.add('x'.repeat(5000));
        return x;
      }),
    );
    await expect(run.count()).rejects.toMatchObject({
      code: 'RESULT_TOO_LARGE',
      message: expect.stringMatching(
        /^count: what its tasks have added to accumulators has 2\d{5} bytes, above maxResultBytes \(50000\)\. Add less \(counts instead of values\), give values out as records, or raise maxResultBytes\.$/,
      ),
    });
  });

  test('what cannot travel to the driver fails the task, with name and place of the accumulator', async () => {
    const lv = await openTestEngine();
    const bad = lv.context.collectionAccumulator<unknown[]>('bad');
    const run = lv.range(4, 1).map(
      adding([bad], (x: number) => {
        bad.add([new WeakMap()]);
        return x;
      }),
    );
    await expect(run.count()).rejects.toMatchObject({
      code: 'ACCUMULATOR_NOT_ENCODABLE',
      message: expect.stringMatching(
        /^count: task 0 of stage 0 \(count at .*\) the same error came 2 times from the same place, last with: What partition 0 of stage 0 added to collectionAccumulator "bad" \(.*accumulators\.test\.ts:\d+:\d+\) cannot travel to the driver: .*WeakMap/,
      ),
    });
  });

  test('something added after the task has ended is an error there', async () => {
    const lv = await openTestEngine();
    const seen = lv.context.longAccumulator('late');
    const late = Promise.withResolvers<unknown>();
    const gate = Promise.withResolvers<void>();
    const run = lv.range(1, 1).map(
      adding([seen], (x: number) => {
        void gate.promise.then(() => {
          try {
            seen.add(1);
          } catch (error) {
            late.resolve(error);
          }
        });
        return x;
      }),
    );
    await run.count();
    gate.resolve();
    expect(await late.promise).toMatchObject({
      code: 'ACCUMULATOR_TOO_LATE',
      message: expect.stringMatching(
        /^Something was added to longAccumulator "late" \(.*\) after its task, partition 0 of stage 0, had ended: it does not count\. A promise was not awaited, or a timer was left\.$/,
      ),
    });
    expect(seen.value).toBe(0);
  });
});

test('only accumulators with a name are told of, in the event of the job and in the summary', async () => {
  const lv = await openTestEngine();
  const [named, other] = [lv.context.longAccumulator('seen'), lv.context.longAccumulator()];
  const run = lv.range(40, 4).map(
    adding([named, other], (x: number) => {
      named.add(x);
      other.add(x);
      return x;
    }),
  );
  await run.count();
  expect(lv.events.filter(({ kind }) => kind === 'jobEnded')).toMatchObject([
    { accumulators: [{ ordinal: 0, name: 'seen', value: '780' }] },
  ]);
});
