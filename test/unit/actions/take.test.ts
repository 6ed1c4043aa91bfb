import { describe, expect, test } from 'vitest';
import { firstRecord, takeRecords } from '../../../driver/actions/take.ts';
import type { ResultStage } from '../../../driver/application/application.ts';

function stageOf(partitions: readonly (readonly number[])[]): { stage: ResultStage; rounds: (readonly number[])[] } {
  const rounds: (readonly number[])[] = [];
  const stage: ResultStage = {
    numPartitions: partitions.length,
    run: async (asked) => {
      rounds.push(asked);
      return asked.map((p) => partitions[p] as readonly number[]);
    },
    runFor: async () => [],
    runFiles: async () => [],
  };
  return { stage, rounds };
}

describe('take scans partitions in rounds', () => {
  test('one partition is enough when it has the records', async () => {
    const { stage, rounds } = stageOf([[1, 2, 3], [4], [5]]);
    expect(await takeRecords(stage, 2)).toEqual([1, 2]);
    expect(rounds).toEqual([[0]]);
  });

  test('nothing found: four times as many partitions in the next round', async () => {
    const { stage, rounds } = stageOf([[], [], [], [], [], [], [7], [], []]);
    expect(await takeRecords(stage, 1)).toEqual([7]);
    expect(rounds).toEqual([[0], [1, 2, 3, 4], [5, 6, 7, 8]]);
  });

  test('some found: one and a half times what is still expected', async () => {
    const { stage, rounds } = stageOf(Array.from({ length: 20 }, (_, i) => [i]));
    expect(await takeRecords(stage, 4)).toEqual([0, 1, 2, 3]);
    expect(rounds).toEqual([[0], [1, 2, 3, 4]]);
  });

  test('zero records ask for no partition; too many give what is there', async () => {
    const none = stageOf([[1]]);
    expect(await takeRecords(none.stage, 0)).toEqual([]);
    expect(none.rounds).toEqual([]);
    expect(await takeRecords(stageOf([[1], [2]]).stage, 9)).toEqual([1, 2]);
    expect(await takeRecords(stageOf([]).stage, 9)).toEqual([]);
  });

  test('first of nothing is an error with a remedy', async () => {
    await expect(firstRecord(stageOf([[], []]).stage)).rejects.toMatchObject({
      code: 'EMPTY_RDD',
      message: 'first: the RDD has no records. Use take(1) where it may be empty.',
    });
  });
});
