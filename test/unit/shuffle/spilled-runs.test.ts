import { expect, test } from 'vitest';
import { createSpilledRuns } from '../../../shuffle/spilled-runs.ts';
import { memoryScratch } from '../../support/task-memory.ts';

const block = (letter: string, bytes: number): Uint8Array => Buffer.from(letter.repeat(bytes));

test('a partition with several blocks in a run, and in several runs, comes back whole and in order, beside others that have none', () => {
  const runs = createSpilledRuns(memoryScratch(), 4);
  runs.addRun([
    { partition: 0, block: block('a', 3) },
    { partition: 0, block: block('b', 2) },
    { partition: 0, block: block('c', 1) },
    { partition: 2, block: block('d', 4) },
  ]);
  runs.addRun([
    { partition: 1, block: block('e', 5) },
    { partition: 2, block: block('f', 1) },
    { partition: 2, block: block('g', 300_000) },
  ]);
  const read = runs.open();
  const texts = [0, 1, 2, 3].map((partition) => Buffer.concat([...read(partition)]).toString());
  expect(texts.slice(0, 2)).toEqual(['aaabbc', 'eeeee']);
  expect([texts[2]?.slice(0, 6), texts[2]?.length, texts[3]]).toEqual(['ddddfg', 300_005, '']);
  expect([0, 1, 2, 3].map(runs.bytesOf)).toEqual([6, 5, 300_005, 0]);
  expect([runs.runCount, runs.totalBytes]).toEqual([2, 300_016]);
});
