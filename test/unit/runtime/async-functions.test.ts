import { describe, expect, test } from 'vitest';
import type { NarrowOp, PlanNode } from '../../../engine/plan/stage-plan.ts';
import { chain, type Job, runOver, runPartition } from './task-harness.ts';

/** Promises that the test settles by hand, with a record of what runs. */
function gate() {
  const waiting: { readonly value: number; readonly release: () => void }[] = [];
  const log: string[] = [];
  let inFlight = 0;
  let most = 0;
  const call = (value: number): Promise<number> => {
    log.push(`start ${value}`);
    inFlight += 1;
    most = Math.max(most, inFlight);
    return new Promise((resolve) => {
      waiting.push({
        value,
        release: () => {
          inFlight -= 1;
          log.push(`end ${value}`);
          resolve(value);
        },
      });
    });
  };
  /** Lets everything that is ready run, then settles one waiting promise: the last one started or the first. */
  const settleAll = async (which: 'first' | 'last'): Promise<void> => {
    for (let idle = 0; idle < 3; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = which === 'first' ? waiting.shift() : waiting.pop();
      idle = next === undefined ? idle + 1 : 0;
      next?.release();
    }
  };
  return { call, settleAll, log, most: () => most };
}

const asyncOps: readonly {
  readonly op: NarrowOp;
  readonly fn: unknown;
  readonly input: readonly unknown[];
  readonly expected: readonly unknown[];
}[] = [
  { op: { kind: 'map', fn: 0 }, fn: async (x: number) => x + 1, input: [1, 2], expected: [2, 3] },
  { op: { kind: 'filter', fn: 0 }, fn: async (x: number) => x > 1, input: [1, 2], expected: [2] },
  { op: { kind: 'flatMap', fn: 0 }, fn: async (x: number) => [x, x], input: [1, 2], expected: [1, 1, 2, 2] },
  {
    op: { kind: 'flatMap', fn: 0 },
    fn: async function* (x: number) {
      yield x;
      await Promise.resolve();
      yield -x;
    },
    input: [1, 2],
    expected: [1, -1, 2, -2],
  },
  { op: { kind: 'mapValues', fn: 0 }, fn: async (x: number) => x + 1, input: [['a', 1]], expected: [['a', 2]] },
  {
    op: { kind: 'flatMapValues', fn: 0 },
    fn: async (x: number) => [x, -x],
    input: [['a', 1]],
    expected: [
      ['a', 1],
      ['a', -1],
    ],
  },
];

describe('async functions', () => {
  test.each(asyncOps.flatMap((c) => [1, 3].map((concurrency) => ({ ...c, kind: c.op.kind, concurrency }))))(
    '$kind, $concurrency at once',
    async ({ op, fn, input, expected, concurrency }) => {
      const nodes = chain({ ...op, concurrency } as NarrowOp);
      expect((await runOver([input], { nodes, functions: [fn] })).records).toEqual(expected);
    },
  );

  test('one at a time by default: the next call is made when the one before has ended', async () => {
    const { call, settleAll, log } = gate();
    const run = runOver([[1, 2, 3]], { nodes: chain({ kind: 'map', fn: 0 }), functions: [call] });
    await settleAll('first');
    expect((await run).records).toEqual([1, 2, 3]);
    expect(log).toEqual(['start 1', 'end 1', 'start 2', 'end 2', 'start 3', 'end 3']);
  });

  test('at most `concurrency` in flight, results in order though the last ones end first', async () => {
    const { call, settleAll, most } = gate();
    const input = Array.from({ length: 20 }, (_, i) => i);
    const run = runOver([input], { nodes: chain({ kind: 'map', fn: 0, concurrency: 4 }), functions: [call] });
    await settleAll('last');
    expect((await run).records).toEqual(input);
    expect(most()).toBe(4);
  });

  test('foreach, three at once', async () => {
    const { call, settleAll, most, log } = gate();
    const run = runOver([[1, 2, 3, 4]], { nodes: [], sink: { kind: 'foreach', fn: 0, concurrency: 3 }, functions: [call] });
    await settleAll('last');
    expect((await run).output).toEqual({ kind: 'none', checksum: '' });
    expect({ most: most(), calls: log.filter((line) => line.startsWith('start')) }).toEqual({
      most: 3,
      calls: ['start 1', 'start 2', 'start 3', 'start 4'],
    });
  });

  test('a rejected promise fails the task as that error', async () => {
    const reason = new TypeError('no connection');
    for (const concurrency of [1, 4]) {
      const functions = [async (x: number) => (x === 3 ? Promise.reject(reason) : x)];
      const run = runOver([[1, 2, 3, 4, 5]], { nodes: chain({ kind: 'map', fn: 0, concurrency }), functions });
      await expect(run).rejects.toMatchObject({
        code: 'USER_ERROR',
        message: 'fn0 at job.ts:1 failed in partition 0 of stage 7: TypeError: no connection',
        cause: reason,
      });
    }
  });

  test('after a rejection no further call is made, and those in flight are waited for', async () => {
    const { call, settleAll, log } = gate();
    const fn = (x: number) => (x === 2 ? call(x).then(() => Promise.reject(new Error('two'))) : call(x));
    const run = runOver([[1, 2, 3, 4, 5, 6]], { nodes: chain({ kind: 'map', fn: 0, concurrency: 3 }), functions: [fn] });
    const failed = expect(run).rejects.toThrow('two');
    await settleAll('first');
    await failed;
    expect(log).toEqual(['start 1', 'start 2', 'start 3', 'end 1', 'start 4', 'end 2', 'end 3', 'end 4']);
  });
});

describe('plain functions that give a promise now and then', () => {
  const sometimes = (calls: number[]) => (x: number) => {
    calls.push(x);
    return x % 3 === 0 ? Promise.resolve(x * 10) : x * 10;
  };

  test('keep the order, and no function is called twice', async () => {
    const [first, second]: [number[], number[]] = [[], []];
    const nodes = chain({ kind: 'map', fn: 0 }, { kind: 'map', fn: 1 });
    const functions = [sometimes(first), sometimes(second)];
    const { records } = await runOver([[1, 2, 3, 4, 5, 6, 7]], { nodes, functions });
    expect(records).toEqual([100, 200, 300, 400, 500, 600, 700]);
    expect({ first, second }).toEqual({ first: [1, 2, 3, 4, 5, 6, 7], second: [10, 20, 30, 40, 50, 60, 70] });
  });

  test('inside a flatMap whose iterator is open', async () => {
    const calls: number[] = [];
    const nodes = chain({ kind: 'flatMap', fn: 0 }, { kind: 'map', fn: 1 }, { kind: 'filter', fn: 2 });
    const functions = [
      function* (n: number) {
        for (let i = 0; i < n; i++) yield i;
      },
      sometimes(calls),
      (x: number) => (x === 20 ? Promise.resolve(false) : true),
    ];
    const { records } = await runOver([[4, 2]], { nodes, functions });
    expect(records).toEqual([0, 10, 30, 0, 10]);
    expect(calls).toEqual([0, 1, 2, 3, 0, 1]);
  });

  test('in the function of foreach', async () => {
    const calls: number[] = [];
    await runOver([[1, 2, 3, 4]], { nodes: [], sink: { kind: 'foreach', fn: 0 }, functions: [sometimes(calls)] });
    expect(calls).toEqual([1, 2, 3, 4]);
  });

  test.each<{ name: string; job: Job; expected: readonly unknown[] }>([
    { name: 'count', job: { nodes: [], sink: { kind: 'count' } }, expected: [6] },
    { name: 'take', job: { nodes: [], sink: { kind: 'take', n: 4 } }, expected: [10, 20, 30, 40] },
    { name: 'reduce', job: { nodes: [], sink: { kind: 'reduce', fn: 1 } }, expected: [210] },
  ])('before $name', async ({ job, expected }) => {
    const nodes = [...chain({ kind: 'map', fn: 0 })];
    const functions = [sometimes([]), (a: number, b: number) => a + b];
    expect((await runOver([[1, 2, 3, 4, 5, 6]], { ...job, nodes, functions })).records).toEqual(expected);
  });

  test('a rejection among them is the function’s error', async () => {
    const functions = [(x: number) => (x === 3 ? Promise.reject(new Error('three')) : x)];
    const run = runOver([[1, 2, 3]], { nodes: chain({ kind: 'map', fn: 0 }), functions });
    await expect(run).rejects.toThrow('fn0 at job.ts:1 failed in partition 0 of stage 7: Error: three');
  });
});

describe('async generators that are left early', () => {
  const tracked = (log: string[], end: () => void) =>
    async function* () {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        await new Promise((resolve) => setImmediate(resolve));
        log.push('ended');
        end();
      }
    };

  test('are ended before the task is', async () => {
    const log: string[] = [];
    const functions = [tracked(log, () => undefined)];
    const { records } = await runOver([[1]], { nodes: chain({ kind: 'flatMap', fn: 0 }), functions, sink: { kind: 'take', n: 2 } });
    expect({ records, log }).toEqual({ records: [0, 1], log: ['ended'] });
  });

  test('fail the task when their end fails', async () => {
    const fail = () => {
      throw new Error('cannot end');
    };
    const run = runOver([[1]], { nodes: chain({ kind: 'flatMap', fn: 0 }), functions: [tracked([], fail)], sink: { kind: 'take', n: 2 } });
    await expect(run).rejects.toThrow('fn0 at job.ts:1 failed in partition 0 of stage 7: Error: cannot end');
  });
});

test('thenables that are no native promises are data', async () => {
  // biome-ignore lint/suspicious/noThenProperty: what this test is about
  const thenable = { then: 'later', x: 1 };
  expect((await runOver([[1]], { nodes: chain({ kind: 'map', fn: 0 }), functions: [() => thenable] })).records).toEqual([thenable]);
});

test('nothing is awaited for each record when no promise appears', async () => {
  const nodes: PlanNode[] = [{ kind: 'range', start: 0, step: 1, count: 1_000, numPartitions: 1 }, ...chain({ kind: 'map', fn: 0 })];
  let turns = 0;
  let running = true;
  const count = async (): Promise<void> => {
    while (running) {
      turns += 1;
      await Promise.resolve();
    }
  };
  const counting = count();
  const turnsAt: number[] = [];
  await runPartition({ nodes, functions: [(x: number) => turnsAt.push(turns) * x], sink: { kind: 'count' } });
  running = false;
  await counting;
  // The 1,000 calls are made in a few pieces, each within one turn of the microtask queue.
  expect(new Set(turnsAt).size).toBeLessThan(10);
});
