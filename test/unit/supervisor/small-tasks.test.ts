import { describe, expect, test } from 'vitest';
import { createSmallTasks } from '../../../engine/runtime/supervisor/small-tasks.ts';
import type { LeafInput, TaskSpec } from '../../../engine/types/task.ts';
import { specOf } from '../../support/executors/specs.ts';

const KB = 1024;
const range = (length: number): LeafInput => ({ kind: 'slice', range: { key: 'k', offset: 0, length } });

function task(overrides: Partial<TaskSpec> = {}): TaskSpec {
  return specOf({ do: 'value', value: '' }, { stageId: 's', partitionCount: 1000, ...overrides });
}

function reading(...inputs: readonly LeafInput[]): TaskSpec {
  return task({ inputs: inputs.map((input, leaf) => ({ leaf, partition: 0, input })) });
}

describe('before any task of the stage has ended', () => {
  const togetherAfter = (sent: number, spec: TaskSpec, nowMs = 100): number => {
    const small = createSmallTasks();
    if (sent > 0) small.sent('s', sent, 100);
    return small.together(spec, nowMs);
  };

  test('four go alone, and the others wait for what those take, for 400 ms', () => {
    expect([0, 3, 4, 900].map((sent) => togetherAfter(sent, task()))).toEqual([1, 1, 0, 0]);
    expect([499, 500].map((nowMs) => togetherAfter(4, task(), nowMs))).toEqual([0, 1]);
  });

  test('none waits in a stage of few tasks', () => {
    expect([31, 32].map((partitionCount) => togetherAfter(4, task({ partitionCount })))).toEqual([1, 0]);
  });

  test('none waits that reads much, whatever it reads', () => {
    const split = { path: 'p', etag: 'e', start: 1000, end: 1000 + 600 * KB, size: 10_000 * KB };
    const slice = { stageId: 'p', mapPartition: 0, generation: 0, key: 'k' };
    expect(togetherAfter(4, reading(range(1024 * KB)))).toBe(0);
    expect(togetherAfter(4, reading(range(1024 * KB), range(1)))).toBe(1);
    expect(togetherAfter(4, reading({ kind: 'split', split }))).toBe(0);
    expect(togetherAfter(4, reading({ kind: 'files', splits: [split, split] }))).toBe(1);
    expect(togetherAfter(4, reading({ kind: 'shuffle', slices: [{ ...slice, offsets: [9000 * KB, 9001 * KB] }] }))).toBe(0);
    expect(togetherAfter(4, reading({ kind: 'shuffle', slices: [{ ...slice, offsets: [0, 700 * KB, 1400 * KB] }] }))).toBe(1);
    expect(togetherAfter(4, reading({ kind: 'shuffleIndex', indexKey: 'k', row: 1 }))).toBe(1);
    expect(togetherAfter(4, reading({ kind: 'firstIndex', index: 7 }))).toBe(0);
  });
});

describe('when some have ended', () => {
  const together = (durationsMs: readonly number[], spec = task()): number => {
    const small = createSmallTasks();
    small.sent('s', 4, 100);
    for (const ms of durationsMs) small.took('s', ms);
    return small.together(spec, 100);
  };

  test('as many ride together as half a second is enough for, going by the slowest, at most 50', () => {
    expect([[0], [10], [11], [3, 100, 3], [250], [251], [5000]].map((ms) => together(ms))).toEqual([50, 50, 45, 5, 2, 1, 1]);
  });

  test('a slow one is forgotten after 16 others', () => {
    const others = (n: number): readonly number[] => Array.from({ length: n }, () => 10);
    expect([15, 16].map((n) => together([5000, ...others(n)]))).toEqual([1, 50]);
  });

  test('also where they read much, for then it is known', () => {
    expect(together([10], reading(range(9000 * KB)))).toBe(50);
  });

  test('one that has failed before goes alone', () => {
    expect(together([10], task({ attempt: 1 }))).toBe(1);
  });

  test('another stage knows nothing of it', () => {
    expect(together([10], task({ stageId: 'other' }))).toBe(1);
  });
});

test('stages that ended long ago are forgotten', () => {
  const small = createSmallTasks();
  small.took('s', 10);
  for (let i = 0; i < 1000; i++) small.sent(`s${i}`, 1, 0);
  expect(small.together(task(), 0)).toBe(1);
});
