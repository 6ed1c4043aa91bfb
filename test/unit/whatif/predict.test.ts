import { describe, expect, test } from 'vitest';
import type { RunProfile, StageProfile } from '../../../driver/whatif/run-profile.ts';
import { scaleRun } from '../../../driver/whatif/scale-run.ts';
import { predictRun } from '../../../simulator/predict.ts';
import { MAP, REDUCE, task, WORD_COUNT } from './profiles.ts';

const options = { seed: '1', workers: 100, memoryMb: 1769 };
const GB = 1e9;

describe('a scaled run in the simulator', () => {
  test('splits, reducers and requests follow the planner’s rules; keys follow their exponent', async () => {
    const { stages } = await predictRun(scaleRun(WORD_COUNT, 10 * GB), options);

    // 10 GB in splits of 128 MiB, the last one up to a tenth larger.
    expect(stages.get(0)).toMatchObject({ tasks: 75, usage: { invocations: 75, puts: 75 } });
    expect(stages.get(1)).toMatchObject({ tasks: 3, usage: { invocations: 3, puts: 0, gets: 3 * 75 } });
    // Two tasks had 1,000 keys each and 2,000 together, so each record has its own: 20 bytes for each 1,000 bytes that are read.
    expect(stages.get(0)?.shuffleWriteBytes).toBeCloseTo(0.02 * 10 * GB, -3);
    expect(stages.get(1)?.shuffleReadBytes).toBeCloseTo(0.02 * 10 * GB, -3);
  });

  test('a task takes at least what its bytes compute on its share of a vCPU', async () => {
    const whole = await predictRun(scaleRun(WORD_COUNT, 10 * GB), options);
    const half = await predictRun(scaleRun(WORD_COUNT, 10 * GB), { ...options, memoryMb: 884.5 });

    // 134,217,728 bytes × 0.0005 ms.
    expect(whole.stages.get(0)?.taskSeconds[70]).toBeGreaterThan(67.1);
    expect(whole.stages.get(0)?.taskSeconds[70]).toBeLessThan(68.5);
    expect(half.stages.get(0)?.taskSeconds[70]).toBeGreaterThan(134.2);
    expect(half.stages.get(0)?.taskSeconds[70]).toBeLessThan(136);
  });

  test('fewer workers than tasks take turns', async () => {
    const { stages } = await predictRun(scaleRun(WORD_COUNT, 10 * GB), { ...options, workers: 25 });

    // 75 tasks of 67 s, three for each worker.
    expect(stages.get(0)?.seconds).toBeGreaterThan(3 * 67.1);
    expect(stages.get(0)?.seconds).toBeLessThan(3 * 75);
  });

  test('a reducer without a number of its own goes by its largest input; a join reads both; a sample runs before', async () => {
    const unasked = (stage: number) => ({ kind: 'shuffle', stage, partitions: 2, asked: false }) as const;
    const moves = { kind: 'shuffle', combines: false } as const;
    const other: StageProfile = { ...MAP, stage: 1, shape: { ...MAP.shape, writes: moves } };
    const sample: StageProfile = { ...MAP, stage: 2, shape: { ...MAP.shape, writes: { kind: 'value' } } };
    const joined: StageProfile = {
      ...REDUCE,
      stage: 3,
      shape: { partitions: 2, reads: [unasked(0), unasked(1)], writes: { kind: 'records' } },
      parents: [0, 1, 2],
      tasks: [task(0, { shuffleBytesRead: 20_000, runMs: 5 }), task(1, { shuffleBytesRead: 20_000, runMs: 5 })],
    };
    const profile: RunProfile = {
      ...WORD_COUNT,
      jobs: [{ job: 0, action: 'collect', stages: [0, 1, 2, 3], partitions: 2, after: [] }],
      stages: [MAP, other, sample, joined],
    };

    const { stages } = await predictRun(scaleRun(profile, 10 * GB), options);

    expect([0, 1, 2, 3].map((stage) => stages.get(stage)?.tasks)).toEqual([75, 75, 75, 75]);
    expect(stages.get(3)?.usage.gets).toBe(75 * 150);
    const [sampled, first] = [stages.get(2), stages.get(0)];
    expect((sampled?.beginsAt ?? 0) + (sampled?.seconds ?? 0)).toBeLessThanOrEqual(first?.beginsAt ?? 0);
  });

  test('a task that takes longer than a function may ends the job, as it would', async () => {
    await expect(predictRun(scaleRun(WORD_COUNT, 100 * GB), { ...options, config: { maxPartitionBytes: 4 * GB } })).rejects.toMatchObject({
      code: 'TASK_TIMEOUT',
    });
  });
});
