import { describe, expect, test } from 'vitest';
import type { LevinError } from '../../../engine/errors/levin-error.ts';
import type { NarrowOp } from '../../../engine/plan/stage-plan.ts';
import { chain, type Job, runOver } from './task-harness.ts';

async function failureOf(input: readonly unknown[], job: Job): Promise<LevinError> {
  return await runOver([input], job).then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error as LevinError,
  );
}

const infos = [
  { operation: 'map', site: 'job.ts:12:8' },
  { operation: 'filter', site: 'job.ts:13:8' },
];

describe('a user function that throws', () => {
  test('keeps its stack, and tells operation, call site and partition', async () => {
    const thrown = new TypeError('no name');
    const functions = [
      function lookUp() {
        throw thrown;
      },
    ];
    const error = await failureOf([1], { nodes: chain({ kind: 'map', fn: 0 }), functions, infos });
    expect(error.message).toBe('map at job.ts:12:8 failed in partition 0 of stage 7: TypeError: no name');
    expect({ code: error.code, fault: error.fault, cause: error.cause, details: error.details }).toEqual({
      code: 'USER_ERROR',
      fault: 'user',
      cause: thrown,
      details: { operation: 'map', site: 'job.ts:12:8', stage: 7, partition: 0, error: 'TypeError' },
    });
    expect(error.stack?.split('\n')[0]).toBe('LevinError: map at job.ts:12:8 failed in partition 0 of stage 7: TypeError: no name');
    expect(error.stack?.split('\n')[1]).toContain('user-errors.test.ts');
  });

  test('names the operation that threw, not the one before or after it', async () => {
    const ops: NarrowOp[] = [
      { kind: 'map', fn: 0 },
      { kind: 'filter', fn: 1 },
      { kind: 'map', fn: 0 },
    ];
    const functions = [
      (x: number) => x,
      (x: number) => {
        if (x === 3) throw new Error('three');
        return true;
      },
    ];
    const error = await failureOf([1, 2, 3], { nodes: chain(...ops), functions, infos });
    expect(error.message).toBe('filter at job.ts:13:8 failed in partition 0 of stage 7: Error: three');
  });

  test.each([
    { thrown: 'just text', text: "'just text' was thrown, which is not an Error" },
    { thrown: null, text: 'null was thrown, which is not an Error' },
    { thrown: { code: 7 }, text: '{ code: 7 } was thrown, which is not an Error' },
  ])('that throws $text', async ({ thrown, text }) => {
    const functions = [
      () => {
        throw thrown;
      },
    ];
    const error = await failureOf([1], { nodes: chain({ kind: 'map', fn: 0 }), functions, infos });
    expect(error.message).toBe(`map at job.ts:12:8 failed in partition 0 of stage 7: ${text}`);
    expect(error.cause).toBe(thrown);
  });

  test('in a generator, between two of its values', async () => {
    const functions = [
      (x: number) => x,
      function* () {
        yield 1;
        throw new RangeError('after one');
      },
    ];
    const nodes = chain({ kind: 'map', fn: 0 }, { kind: 'flatMap', fn: 1 }, { kind: 'map', fn: 0 });
    const error = await failureOf([1], { nodes, functions, infos: [infos[0] as never, { operation: 'flatMap', site: 'job.ts:2:1' }] });
    expect(error.message).toBe('flatMap at job.ts:2:1 failed in partition 0 of stage 7: RangeError: after one');
  });

  test.each(['reduce', 'takeOrdered', 'foreach'] as const)('in the function of %s', async (kind) => {
    const fail = () => {
      throw new Error('no');
    };
    const sink = kind === 'takeOrdered' ? { kind, n: 1, key: 0 } : { kind, fn: 0 };
    const error = await failureOf([1, 2], { nodes: [], sink, functions: [fail], infos: [{ operation: kind, site: 'job.ts:5:1' }] });
    expect(error.message).toBe(`${kind} at job.ts:5:1 failed in partition 0 of stage 7: Error: no`);
  });

  test.each([
    { kind: 'reduce', fn: 0 },
    { kind: 'combine', create: 0, mergeValue: 0, mergeCombiners: 0 },
  ] as const)('in an aggregator: $kind', async (aggregator) => {
    const fail = () => {
      throw new Error('no');
    };
    const nodes = [{ kind: 'combine', parent: 0, aggregator, of: 'values' }] as const;
    const error = await failureOf(
      [
        ['a', 1],
        ['a', 2],
      ],
      { nodes, functions: [fail], infos: [{ operation: 'reduceByKey', site: 'job.ts:5:1' }] },
    );
    expect(error.message).toBe('reduceByKey at job.ts:5:1 failed in partition 0 of stage 7: Error: no');
  });
});

describe('records that are no pairs', () => {
  const pairOps: readonly NarrowOp[] = [
    { kind: 'mapValues', fn: 0 },
    { kind: 'flatMapValues', fn: 0 },
    { kind: 'keys' },
    { kind: 'values' },
  ];
  const shown = [{ id: 7 }, 'ab', [1], [1, 2, 3], null, undefined, 5];

  test.each(pairOps.flatMap((op) => shown.map((record) => ({ op, record, name: op.kind }))))('$name of $record', async ({ op, record }) => {
    const error = await failureOf([record], { nodes: chain(op), functions: [(x: unknown) => [x]] });
    expect({ code: error.code, fault: error.fault }).toEqual({ code: 'NOT_A_PAIR', fault: 'user' });
  });

  test('the message names operation, call site and record', async () => {
    const job = {
      nodes: chain({ kind: 'mapValues', fn: 0 }),
      functions: [(x: unknown) => x],
      infos: [{ operation: 'mapValues', site: 'job.ts:3:4' }],
    };
    expect((await failureOf([['a', 1], { id: 7 }], job)).message).toBe(
      'mapValues at job.ts:3:4 needs pairs, but partition 0 of stage 7 has { id: 7 }. A pair is an array of two, [key, value]: make them with map or keyBy before.',
    );
  });

  test.each([
    { nodes: [{ kind: 'combine', parent: 0, aggregator: { kind: 'group' }, of: 'values' }] as const, name: 'groupByKey' },
    { nodes: [{ kind: 'sortByKey', parent: 0, ascending: true }] as const, name: 'sortByKey' },
    { nodes: [{ kind: 'cogroup', parents: [0] }] as const, name: 'cogroup' },
  ])('$name', async ({ nodes, name }) => {
    const error = await failureOf(['word'], { nodes });
    expect(error.message).toBe(
      `${name} needs pairs, but partition 0 of stage 7 has 'word'. A pair is an array of two, [key, value]: make them with map or keyBy before.`,
    );
  });
});

describe('results that are not iterable', () => {
  test.each([null, undefined, 5, { a: 1 }])('%s from flatMap', async (result) => {
    const job = {
      nodes: chain({ kind: 'flatMap', fn: 0 }),
      functions: [() => result],
      infos: [{ operation: 'flatMap', site: 'job.ts:3:4' }],
    };
    const error = await failureOf([1], job);
    expect(error.code).toBe('NOT_ITERABLE');
    expect(error.message).toBe(
      `The function passed to flatMap at job.ts:3:4 gave ${result === null || typeof result !== 'object' ? String(result) : '{ a: 1 }'} in partition 0 of stage 7, which is not iterable. Return an array, a string or another iterable; an empty array for no record.`,
    );
  });

  test('an iterator that gives no result objects', async () => {
    const broken = { [Symbol.iterator]: () => ({ next: () => 5 }) };
    const error = await failureOf([1], { nodes: chain({ kind: 'flatMap', fn: 0 }), functions: [() => broken] });
    expect(error.message).toBe(
      'fn0 at job.ts:1 failed in partition 0 of stage 7: TypeError: the iterator that the function passed to fn0 returned gave 5 instead of { done, value }',
    );
  });
});

describe('promises where none may be', () => {
  const promise = () => Promise.reject(new Error('and it rejects'));
  const cases: readonly (Job & { readonly name: string })[] = [
    { name: 'keyBy', nodes: chain({ kind: 'keyBy', fn: 0 }) },
    { name: 'reduce', nodes: [], sink: { kind: 'reduce', fn: 0 } },
    { name: 'takeOrdered', nodes: [], sink: { kind: 'takeOrdered', n: 1, key: 0 } },
    { name: 'reduceByKey', nodes: [{ kind: 'combine', parent: 0, aggregator: { kind: 'reduce', fn: 0 }, of: 'values' }] },
    {
      name: 'combineByKey',
      nodes: [{ kind: 'combine', parent: 0, aggregator: { kind: 'combine', create: 0, mergeValue: 0, mergeCombiners: 0 }, of: 'values' }],
    },
  ];

  test.each(cases)('$name', async ({ name, ...job }) => {
    const error = await failureOf(
      [
        ['a', 1],
        ['a', 2],
      ],
      { ...job, functions: [promise], infos: [{ operation: name, site: 'job.ts:9:1' }] },
    );
    expect({ code: error.code, fault: error.fault, message: error.message }).toEqual({
      code: 'PROMISE_NOT_ALLOWED',
      fault: 'user',
      message: `The function passed to ${name} at job.ts:9:1 gave a promise in partition 0 of stage 7. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.`,
    });
  });
});

describe('iterators of the user', () => {
  const tracked = (log: string[], name: string, count: number) =>
    function* () {
      try {
        for (let i = 0; i < count; i++) yield i;
      } finally {
        log.push(name);
      }
    };

  test('are closed, inner ones first, when a later operation throws', async () => {
    const log: string[] = [];
    const functions = [
      tracked(log, 'outer', 3),
      tracked(log, 'inner', 3),
      (x: number) => {
        if (x === 1) throw new Error('stop here');
        return x;
      },
    ];
    const nodes = chain({ kind: 'flatMap', fn: 0 }, { kind: 'flatMap', fn: 1 }, { kind: 'map', fn: 2 });
    const error = await failureOf([1], { nodes, functions });
    expect(error.message).toBe('fn2 at job.ts:3 failed in partition 0 of stage 7: Error: stop here');
    expect(log).toEqual(['inner', 'outer']);
  });

  test('are closed when take has enough', async () => {
    const log: string[] = [];
    const nodes = chain({ kind: 'flatMap', fn: 0 }, { kind: 'flatMap', fn: 1 });
    const functions = [tracked(log, 'outer', 3), tracked(log, 'inner', 3)];
    const { records } = await runOver([[1]], { nodes, functions, sink: { kind: 'take', n: 2 } });
    expect({ records, log }).toEqual({ records: [0, 1], log: ['inner', 'outer'] });
  });

  test('that fail while being closed fail the task, unless it fails anyway', async () => {
    const badEnd = () => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error('cannot end');
        },
      }),
    });
    const nodes = chain({ kind: 'flatMap', fn: 0 }, { kind: 'map', fn: 1 });
    const fail = () => {
      throw new Error('the first');
    };
    const early = await failureOf([1], { nodes, functions: [badEnd, (x: number) => x], sink: { kind: 'take', n: 1 } });
    expect(early.message).toBe('fn0 at job.ts:1 failed in partition 0 of stage 7: Error: cannot end');
    const first = await failureOf([1], { nodes, functions: [badEnd, fail] });
    expect(first.message).toBe('fn1 at job.ts:2 failed in partition 0 of stage 7: Error: the first');
  });

  test('that failed themselves are not closed again', async () => {
    const log: string[] = [];
    const iterable = {
      [Symbol.iterator]: () => ({
        next() {
          throw new Error('broken');
        },
        return() {
          log.push('closed');
          return { done: true, value: undefined };
        },
      }),
    };
    await failureOf([1], { nodes: chain({ kind: 'flatMap', fn: 0 }), functions: [() => iterable] });
    expect(log).toEqual([]);
  });
});

test('levin errors of the sink are not taken for the user function that ran before', async () => {
  const error = await failureOf([1], { nodes: chain({ kind: 'map', fn: 0 }), functions: [() => () => 1] });
  expect(error.code).toBe('RECORD_NOT_ENCODABLE');
});
