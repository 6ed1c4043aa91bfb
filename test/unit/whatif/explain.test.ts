import { describe, expect, test } from 'vitest';
import { NO_USAGE } from '../../../driver/cost/prices.ts';
import { assumptionsOf, type ExplainOptions, warningsOf } from '../../../driver/whatif/explain-prediction.ts';
import type { StagePrediction } from '../../../driver/whatif/prediction.ts';
import { MAP, REDUCE, task, WORD_COUNT } from './profiles.ts';

const OPTIONS: ExplainOptions = { inputBytes: 1e12, maxResultBytes: 1e9, memoryMb: 1024, readsPerSecond: 5500 };

function predicted(stage: number, fields: Partial<StagePrediction> = {}): StagePrediction {
  const seconds = { median: 1, p95: 1 };
  const none = { inputBytes: 0, shuffleReadBytes: 0, shuffleWriteBytes: 0, outputBytes: 0, dollars: 0 };
  return { stage, name: `stage ${stage}`, tasks: 100, seconds, taskSeconds: { median: 1, max: 1 }, ...none, ...NO_USAGE, ...fields };
}

describe('what would hurt', () => {
  test('reads of map outputs beyond what the store takes in half a minute', () => {
    const many = predicted(1, { gets: 1_650_000, shuffleReadBytes: 1 });

    expect(warningsOf(WORD_COUNT, [many], { ...OPTIONS, inputBytes: null })).toEqual([
      'stage 1 makes 1,650,000 reads of map outputs with 100 tasks: at 5,500 a second that takes 5 min 0 s at least. Fewer partitions read less: --conf defaultParallelism=N, --conf maxPartitionBytes=SIZE, or a number in the job',
    ]);
    expect(warningsOf(WORD_COUNT, [predicted(1, { gets: 100_000, shuffleReadBytes: 1 })], { ...OPTIONS, inputBytes: null })).toEqual([]);
  });

  test('a result that the driver would refuse, and tasks that read more than a quarter of their memory', () => {
    const collecting = { ...REDUCE, name: 'collect at job.ts:4', shape: { ...REDUCE.shape, writes: { kind: 'records' } as const } };
    const large = predicted(1, { outputBytes: 5e9, shuffleReadBytes: 100 * 300e6 });

    expect(warningsOf({ ...WORD_COUNT, stages: [MAP, collecting] }, [large], { ...OPTIONS, inputBytes: null })).toEqual([
      'collect at job.ts:4 would bring 5.0 GB to the driver and fail with RESULT_TOO_LARGE: maxResultBytes is 1.0 GB. Save it, or take less of it',
      'tasks that read much of a shuffle with 1,024 MB, of stage 1 (300.0 MB): they may spill, which is not predicted. More partitions make them smaller',
    ]);
  });

  test('a profile of tasks that are too short to tell something', () => {
    const short = { ...MAP, tasks: [task(0, { bytesRead: 50_000, runMs: 12, cpuMs: 4 })] };

    expect(warningsOf({ ...WORD_COUNT, stages: [short] }, [predicted(0)], OPTIONS)).toEqual([
      'the profile is small: tasks of stage 0 (50.0 kB in 4.0 ms). What a task costs at any size is taken for what its bytes cost, so computing comes out too long. A larger profile, in fewer partitions, tells more',
    ]);
  });

  test('a profile in which no task found its code compiled, unless tasks are long', () => {
    const begun = ['first', 'first of its stage'] as const;
    const cold = { ...MAP, tasks: MAP.tasks.map((each, i) => ({ ...each, ran: begun[i] ?? ('later' as const) })) };
    const text =
      'in the profile each task of stage 0 was the first that its worker ran of it, while code was still being compiled, so computing comes out too long. More and smaller tasks on one worker tell more: levin run JOB --on local[1] --conf maxPartitionBytes=1MB, then levin simulate --app ID --conf maxPartitionBytes=SIZE';
    const long = { ...cold, tasks: cold.tasks.map((each) => ({ ...each, cpuMs: 10_000 })) };
    const oneWarm = { ...cold, tasks: [...cold.tasks, task(2, { bytesRead: 1_000_000, cpuMs: 500 })] };

    expect(warningsOf({ ...WORD_COUNT, stages: [cold] }, [predicted(0)], OPTIONS)).toEqual([text]);
    expect(warningsOf({ ...WORD_COUNT, stages: [cold] }, [predicted(0)], { ...OPTIONS, inputBytes: null })).toEqual([]);
    expect(warningsOf({ ...WORD_COUNT, stages: [long] }, [predicted(0)], OPTIONS)).toEqual([]);
    expect(warningsOf({ ...WORD_COUNT, stages: [oneWarm] }, [predicted(0)], OPTIONS)).toEqual([]);
  });
});

test('what was assumed names what does not grow, and how keys grow', () => {
  const range = {
    ...MAP,
    stage: 2,
    name: 'count at job.ts:9',
    shape: { partitions: 2, reads: [{ kind: 'data', partitions: 2 } as const], writes: { kind: 'value' } as const },
  };
  const take = {
    ...MAP,
    stage: 3,
    name: 'take at job.ts:10',
    tasks: MAP.tasks.slice(0, 1),
    shape: { ...MAP.shape, writes: { kind: 'first' } as const },
  };

  const texts = assumptionsOf({ ...WORD_COUNT, stages: [MAP, REDUCE, range, take] }, OPTIONS);

  expect(texts).toContain('count at job.ts:9 reads no files: 2 tasks at any size');
  expect(texts).toContain('take at job.ts:10 stops early: 1 task at any size');
  expect(texts).toContain(
    'reduceByKey at job.ts:3 merges by key before it moves records: n times the input of a task has n^1.00 times the keys (each record may have a key of its own, an upper bound)',
  );
  expect(texts).toContain(
    'actions come in the order of the profile, 1 job, whatever their answers: a loop that ends by its data ends as in the profile',
  );
  expect(texts).toContain('partitions: as the planner counts them at this size; shuffles for which the job gives a number keep it (3)');
  expect(assumptionsOf(WORD_COUNT, { ...OPTIONS, inputBytes: null })[0]).toMatch(/^partitions: /);
});
