import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { TaskContext } from '../../../engine/closures/runtime/task-context.ts';
import type { NarrowOp } from '../../../engine/plan/stage-plan.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { chain, type Job, type Ran, runOver, runPartition } from './task-harness.ts';

const KEY = 'history/app/dead-letters/stage-a/0-attempt1.jsonl';

async function letters(objects: ObjectStore): Promise<readonly Record<string, unknown>[]> {
  const { objects: found } = await objects.list('history/');
  if (found.length === 0) return [];
  const text = new TextDecoder().decode(await objects.get(KEY));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Runs with all bad records left out; gives records, count and dead letters. */
async function run(
  records: readonly unknown[],
  job: Job,
  maxBadRecords = 1000,
): Promise<Ran & { readonly dead: readonly Record<string, unknown>[] }> {
  const objects = createMemoryObjectStore();
  const ran = await runOver([records], { ...job, objects, maxBadRecords });
  return { ...ran, dead: await letters(objects) };
}

function refuse(bad: (x: never) => boolean, x: unknown): void {
  if (bad(x as never)) throw new RangeError(`no ${JSON.stringify(x)}`);
}

function refused(x: number): number {
  refuse((y: number) => y % 2 === 1, x);
  return x;
}

test('a part file of which the left out records cannot be kept is not left staged', async () => {
  const [objects, files] = [createMemoryObjectStore(), createMemoryObjectStore()];
  const full: ObjectStore = {
    ...objects,
    async put(key, ...rest) {
      if (key === KEY) throw new Error('no space');
      return await objects.put(key, ...rest);
    },
  };
  const job: Job = {
    nodes: chain({ kind: 'map', fn: 0 }),
    sink: { kind: 'saveAsTextFile', path: '/out' },
    functions: [refused],
    maxBadRecords: 5,
  };
  await expect(runOver([[1, 2]], { ...job, objects: full, files })).rejects.toThrow('no space');
  expect((await files.list('')).objects).toEqual([]);
  await runOver([[1, 2]], { ...job, objects, files });
  expect((await files.list('')).objects.map(({ key }) => key)).toEqual(['out/part-00000-attempt1']);
});

test('nor is that of a task whose completion listener throws', async () => {
  const files = createMemoryObjectStore();
  const listen = (x: number): number => {
    TaskContext.get()?.addTaskCompletionListener(() => {
      throw new Error('not today');
    });
    return x;
  };
  const job: Job = { nodes: chain({ kind: 'map', fn: 0 }), sink: { kind: 'saveAsTextFile', path: '/out' }, functions: [listen], files };
  await expect(runOver([[2]], job)).rejects.toMatchObject({ code: 'TASK_LISTENER_FAILED' });
  expect((await files.list('')).objects).toEqual([]);
});

describe('a record that a function fails on', () => {
  test('is left out, counted and kept with its error and place', async () => {
    const functions = [(x: number) => refused(x) * 10];
    const { records, metrics, dead } = await run([1, 2, 3, 4], { nodes: chain({ kind: 'map', fn: 0 }), functions });
    expect(records).toEqual([20, 40]);
    expect(metrics.badRecords).toBe(2);
    expect(dead).toEqual([
      {
        operation: 'fn0',
        site: 'job.ts:1',
        stage: 7,
        partition: 0,
        record: 1,
        text: '1',
        error: { name: 'RangeError', message: 'no 1', stack: expect.stringMatching(/bad-records\.test\.ts:\d+:\d+/) },
      },
      expect.objectContaining({ record: 3 }),
    ]);
  });

  test('fails the task when nothing is to be left out', async () => {
    const functions = [refused];
    await expect(runOver([[1]], { nodes: chain({ kind: 'map', fn: 0 }), functions })).rejects.toMatchObject({ code: 'USER_ERROR' });
  });

  test('that is one too many fails the task, and says so', async () => {
    const functions = [refused];
    await expect(run([1, 2, 3], { nodes: chain({ kind: 'map', fn: 0 }), functions }, 1)).rejects.toMatchObject({
      code: 'TOO_MANY_BAD_RECORDS',
      fault: 'user',
      message:
        'fn0 at job.ts:1 failed on more records than maxBadRecords lets partition 0 of stage 7 leave out (1 more), last on 3: RangeError: no 3. Look at the data, or raise maxBadRecords.',
      cause: { message: 'no 3' },
    });
  });

  test('is kept as text where JSON cannot hold it', async () => {
    const circular: { self?: unknown; readonly big: string } = { big: 'x' };
    circular.self = circular;
    const functions = [() => circular, () => refuse(() => true, 'it')];
    const { dead } = await run([1], { nodes: chain({ kind: 'map', fn: 0 }, { kind: 'map', fn: 1 }), functions });
    expect(dead).toMatchObject([{ operation: 'fn1', text: "<ref *1> { big: 'x', self: [Circular *1] }" }]);
    expect(dead[0]).not.toHaveProperty('record');
  });

  test('ends what a generator gives for it; what came before stays', async () => {
    function* upTo(x: number): Generator<number> {
      for (let i = 0; i < x; i++) {
        refuse((y) => y === 2, i);
        yield i;
      }
    }
    const { records, dead } = await run([1, 4, 2], { nodes: chain({ kind: 'flatMap', fn: 0 }), functions: [upTo] });
    expect(records).toEqual([0, 0, 1, 0, 1]);
    expect(dead).toMatchObject([{ record: 4, error: { message: 'no 2' } }]);
  });

  test('is told by keyBy, mapValues, groupBy’s key, foreach and a line that is no JSON', async () => {
    const pairs = [
      ['a', 1],
      ['b', 2],
    ];
    const keyed = await run([1, 2], { nodes: chain({ kind: 'keyBy', fn: 0 }), functions: [refused] });
    expect(keyed.records).toEqual([[2, 2]]);
    const mapped = await run(pairs, { nodes: chain({ kind: 'mapValues', fn: 0 }), functions: [refused] });
    expect([mapped.records, mapped.dead]).toMatchObject([[['b', 2]], [{ record: ['a', 1] }]]);
    const rekeyed = await run(
      [
        [1, 'a'],
        [2, 'b'],
      ],
      { nodes: chain({ kind: 'keyByKey', fn: 0 }), functions: [refused] },
    );
    expect(rekeyed.records).toEqual([[2, [2, 'b']]]);
    const each = await run([1, 2, 3], { nodes: [], sink: { kind: 'foreach', fn: 0 }, functions: [refused] });
    expect(each.metrics.badRecords).toBe(2);

    const [objects, files] = [createMemoryObjectStore(), createMemoryObjectStore()];
    await files.put('data.jsonl', new TextEncoder().encode('{"a":1}\n{"a":\n{"a":3}\n'));
    const { etag } = await files.head('data.jsonl');
    const split = { path: '/data.jsonl', etag, start: 0, end: 22, size: 22 };
    const ran = await runPartition({
      nodes: [{ kind: 'files', format: { kind: 'json' }, numPartitions: 1 }],
      inputs: [{ leaf: 0, partition: 0, input: { kind: 'files', splits: [split] } }],
      objects,
      files,
      maxBadRecords: 1,
    });
    expect(ran.records).toEqual([{ a: 1 }, { a: 3 }]);
    expect(await letters(objects)).toMatchObject([
      { operation: 'jsonFile', record: '{"a":', error: { message: expect.stringContaining('line 2') } },
    ]);
  });
});

describe('what is about no record fails the task all the same', () => {
  test('a promise where none may be, a result that is not iterable, a function over a whole partition', async () => {
    const cases: readonly [NarrowOp, unknown, string][] = [
      [{ kind: 'keyBy', fn: 0 }, async () => 1, 'PROMISE_NOT_ALLOWED'],
      [{ kind: 'flatMap', fn: 0 }, () => 3, 'NOT_ITERABLE'],
      [{ kind: 'mapPartitions', fn: 0 }, () => refuse(() => true, 1), 'USER_ERROR'],
    ];
    for (const [op, fn, code] of cases) await expect(run([1], { nodes: chain(op), functions: [fn] })).rejects.toMatchObject({ code });
  });
});

/** A step over small numbers: what it gives for one, or throws; and the same as an operation. */
const anyStep = fc.record({
  kind: fc.constantFrom('map', 'filter', 'flatMap', 'generator'),
  bad: fc.integer({ min: 2, max: 6 }),
  async: fc.constantFrom('never', 'always', 'sometimes'),
  concurrency: fc.constantFrom(1, 3),
});

test('whatever the chain: exactly those values are left out on which a function fails, the others go on in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 60 }), fc.array(anyStep, { minLength: 1, maxLength: 4 }), async (input, steps) => {
      let expected: number[] = input;
      const left: string[] = [];
      for (const [s, { kind, bad }] of steps.entries()) {
        const next: number[] = [];
        for (const x of expected) {
          if (x % bad === 1) left.push(`${s}: ${x}`);
          else if (kind === 'map') next.push(x + 1);
          else if (kind === 'filter') next.push(...(x % 3 === 0 ? [] : [x]));
          else next.push(x, x + 2);
          if (kind === 'generator' && x % bad === 1) next.push(x);
        }
        expected = next;
      }
      const functions = steps.map(({ kind, bad, async }) => {
        const compute = (x: number): unknown => {
          if (kind === 'generator') {
            return (function* () {
              yield x;
              refuse((y: number) => y % bad === 1, x);
              yield x + 2;
            })();
          }
          refuse((y: number) => y % bad === 1, x);
          return kind === 'map' ? x + 1 : kind === 'filter' ? x % 3 !== 0 : [x, x + 2];
        };
        if (async === 'never') return compute;
        return async === 'always'
          ? async (x: number) => compute(x)
          : (x: number) => (x % 2 === 0 ? Promise.resolve().then(() => compute(x)) : compute(x));
      });
      const ops = steps.map(
        ({ kind, concurrency }, fn): NarrowOp => ({ kind: kind === 'generator' ? 'flatMap' : (kind as 'map'), fn, concurrency }),
      );
      const { records, metrics, dead } = await run(input, { nodes: chain(...ops), functions }, 10_000);
      expect(records).toEqual(expected);
      expect(metrics.badRecords).toBe(left.length);
      expect(dead.map(({ operation, record }) => `${String(operation).slice(2)}: ${String(record)}`).toSorted()).toEqual(left.toSorted());
    }),
    { numRuns: 300 },
  );
});
