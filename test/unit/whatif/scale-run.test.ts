import { describe, expect, test } from 'vitest';
import { combineGrowth } from '../../../driver/whatif/combine-growth.ts';
import type { StageProfile } from '../../../driver/whatif/run-profile.ts';
import { scaleRun } from '../../../driver/whatif/scale-run.ts';
import { MAP, REDUCE, task, WORD_COUNT } from './profiles.ts';

describe('scaling a profile', () => {
  test('files grow with the input, computing with the bytes, results of a fixed size not at all', () => {
    const { stages, inputBytes, profiledBytes } = scaleRun(WORD_COUNT, 20_000_000);

    expect({ inputBytes, profiledBytes }).toEqual({ inputBytes: 20_000_000, profiledBytes: 2_000_000 });
    // 500 ms of processor for a megabyte: what the task waited does not count.
    expect(stages[0]).toMatchObject({ computeMsPerByte: 0.0005, total: { fileBytes: 20_000_000 }, weights: [1, 1] });
    expect(stages[0]?.shape.reads).toMatchObject([{ kind: 'files', files: 1, bytes: 20_000_000 }]);
    expect(stages[1]).toMatchObject({ total: { writeBytes: 0 }, each: { writeBytes: 8 }, computeMsPerByte: 10 / ((20 * 2000) / 3) });
    expect(stages[1]?.weights.map((weight) => Number(weight.toFixed(3)))).toEqual([0.9, 1.05, 1.05]);
  });

  test('files that cannot be cut do not grow: there are more of them', () => {
    const gzipped: StageProfile = {
      ...MAP,
      shape: {
        ...MAP.shape,
        reads: [{ kind: 'files', path: 'in', files: 2, bytes: 2_000_000, cut: 'none', minPartitions: 2, partitions: 2 }],
      },
    };

    const { stages } = scaleRun({ ...WORD_COUNT, stages: [gzipped, REDUCE] }, 20_000_000);

    expect(stages[0]?.shape.reads).toMatchObject([{ files: 20, bytes: 20_000_000 }]);
  });

  test('tasks without input and tasks of take do the same at any size', () => {
    const range: StageProfile = {
      ...MAP,
      shape: { partitions: 2, reads: [{ kind: 'data', partitions: 2 }], writes: { kind: 'shuffle', combines: false } },
      tasks: [0, 1].map((partition) => task(partition, { runMs: 40, shuffleBytesWritten: 500, shuffleRecordsWritten: 10 })),
    };
    const take: StageProfile = {
      ...MAP,
      stage: 2,
      shape: { ...MAP.shape, writes: { kind: 'first' } },
      tasks: [task(0, { bytesRead: 65_536, runMs: 7, bytesWritten: 100 })],
    };

    const { stages } = scaleRun({ ...WORD_COUNT, stages: [range, take] }, 2_000_000_000);

    expect(stages[0]).toMatchObject({
      total: { shuffleWriteBytes: 0 },
      each: { shuffleWriteBytes: 500, computeMs: 40 },
      computeMsPerByte: 0,
    });
    expect(stages[1]).toMatchObject({
      total: { fileBytes: 0 },
      each: { fileBytes: 65_536, computeMs: 7, writeBytes: 100 },
      computeMsPerByte: 0,
    });
  });

  test('time is taken of tasks that found their code compiled, where there are any', () => {
    const [first, second] = MAP.tasks as [StageProfile['tasks'][number], StageProfile['tasks'][number]];
    const cold = { ...MAP, tasks: [{ ...first, ran: 'first' as const, cpuMs: 5000 }, second] };

    expect(scaleRun({ ...WORD_COUNT, stages: [cold, REDUCE] }, null).stages[0]?.computeMsPerByte).toBe(0.0005);

    const firstOfStage = { ...second, ran: 'first of its stage' as const };
    const colder = { ...MAP, tasks: [{ ...first, ran: 'first' as const, cpuMs: 5000 }, firstOfStage] };
    expect(scaleRun({ ...WORD_COUNT, stages: [colder, REDUCE] }, null).stages[0]?.computeMsPerByte).toBe(0.0005);
    const warm = { ...MAP, tasks: [{ ...first, cpuMs: 200 }, firstOfStage, { ...first, partition: 2, ran: 'first' as const }] };
    // The three of them read 2 MB.
    expect(scaleRun({ ...WORD_COUNT, stages: [warm, REDUCE] }, null).stages[0]?.computeMsPerByte).toBeCloseTo(0.0003, 10);
  });

  test('a run without files has nothing to scale', () => {
    const range: StageProfile = { ...MAP, shape: { ...MAP.shape, reads: [{ kind: 'data', partitions: 2 }] } };

    expect(() => scaleRun({ ...WORD_COUNT, stages: [range] }, 1000)).toThrow(
      'levin simulate: word count read no files, so --input-bytes has nothing to scale. Leave it out: the run is simulated at the size that it had.',
    );
  });
});

describe('keys of a stage that merges', () => {
  const withKeys = (keys: number): StageProfile => ({ ...REDUCE, tasks: REDUCE.tasks.map((each) => ({ ...each, keys: keys / 3 })) });

  test.each([
    // Both tasks have all keys there are; twice as many together; and what lies between: 2 ^ 0.5 = 1.414.
    [1000, 0],
    [2000, 1],
    [1414.2135623730951, 0.5],
  ])('two tasks of 1,000 keys that have %d together', (keys, exponent) => {
    expect(combineGrowth(MAP, [MAP, withKeys(keys)])?.exponent).toBeCloseTo(exponent, 10);
  });

  test('nobody counted them, or some were counted in several runs on disk: each record may have its own', () => {
    const uncounted = { ...REDUCE, tasks: REDUCE.tasks.map(({ keys: _, ...each }) => each) };
    const spilled = { ...withKeys(1000), tasks: withKeys(1000).tasks.map((each) => ({ ...each, spills: 1 })) };

    expect(combineGrowth(MAP, [MAP, uncounted])?.exponent).toBe(1);
    expect(combineGrowth(MAP, [MAP, spilled])?.exponent).toBe(1);
  });

  test('a stage that does not merge has none', () => {
    expect(combineGrowth({ ...MAP, shape: { ...MAP.shape, writes: { kind: 'shuffle', combines: false } } }, [])).toBeNull();
    expect(combineGrowth(REDUCE, [MAP, REDUCE])).toBeNull();
  });
});
