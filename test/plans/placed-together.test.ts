import { describe, expect, test } from 'vitest';
import type { LineageNode } from '../../driver/lineage/lineage-node.ts';
import { taskInputs } from '../../driver/planner/resolve-stage.ts';
import { leafPartitions } from '../../driver/planner/task-inputs.ts';
import { encodeValue } from '../../engine/records/value.ts';
import type { TaskResult } from '../../engine/types/task.ts';
import { lineageWriter, planJob, planText } from '../support/lineage.ts';

type Writer = ReturnType<typeof lineageWriter>;

function sortByKey(w: Writer, parent: LineageNode, numPartitions: number, ascending = true): LineageNode {
  return w.node({
    kind: 'shuffled',
    parent,
    partitioning: { kind: 'range', numPartitions, ascending },
    aggregator: null,
    mapSideCombine: false,
    sort: ascending ? 'ascending' : 'descending',
  });
}

function partitionBy(w: Writer, parent: LineageNode, name: string): LineageNode {
  const partitioning = { kind: 'custom', numPartitions: 2, fn: w.closure(name), local: () => 0 } as const;
  return w.node({ kind: 'shuffled', parent, partitioning, aggregator: null, mapSideCombine: false, sort: null });
}

describe('a join beside a sort', () => {
  test('moves the other side by the bounds of the sort, which are sampled once', () => {
    const w = lineageWriter();
    const { stages } = planJob(w.join(sortByKey(w, w.range(10, 2), 4, false), w.range(5, 2)));
    expect(stages.map((stage) => [stage.kind, stage.boundsFrom])).toEqual([
      ['sample', null],
      ['map', 0],
      ['map', 0],
      ['result', null],
    ]);
    expect(planText(stages[2] as never)).toBe(
      [
        'stage 2 (map, 2 tasks, reads [0])',
        '0: range(5)[2]',
        '→ {"kind":"shuffleWrite","partitioner":{"kind":"range","numPartitions":4,"ascending":false},"combine":null} bounds of stage 0',
      ].join('\n'),
    );
  });

  test('of one partition needs no sample', () => {
    const w = lineageWriter();
    const { stages } = planJob(w.join(sortByKey(w, w.range(10, 2), 1), w.range(5, 1)));
    expect(stages.map((stage) => [stage.kind, stage.boundsFrom])).toEqual([
      ['map', null],
      ['map', null],
      ['result', null],
    ]);
  });
});

describe('partition functions', () => {
  test('two inputs placed by the same one are joined in place', () => {
    const w = lineageWriter();
    const [a, b] = [partitionBy(w, w.range(10, 2), 'parity'), partitionBy(w, w.range(5, 3), 'parity')];
    expect(planJob(w.join(a, b)).stages.map(({ kind }) => kind)).toEqual(['map', 'map', 'result']);
    const other = partitionBy(w, w.range(5, 3), 'another');
    expect(planJob(w.join(a, other)).stages.map(({ kind }) => kind)).toEqual(['map', 'map', 'map', 'result']);
  });
});

describe('numbers by index', () => {
  test('count first, and begin where the partitions before end', () => {
    const w = lineageWriter();
    const { stages, result } = planJob(w.node({ kind: 'numbered', parent: w.range(10, 3), by: 'index' }));
    expect(stages.map(planText)).toEqual([
      'stage 0 (map, 3 tasks, reads [])\n0: range(10)[3]\n→ {"kind":"count"}',
      'stage 1 (result, 3 tasks, reads [0])\n0: range(10)[3]\n1: number(0, index)\n→ {"kind":"collect"}',
    ]);
    const counted = [4, 0, 9].map((n) => ({ output: { kind: 'inline', block: encodeValue(n), checksum: '' } }) as never as TaskResult);
    const inputsOf = taskInputs(result, { splits: new Map(), dataKeyOf: String, countsOf: () => counted });
    expect([0, 1, 2].map((p) => inputsOf(p).filter(({ leaf }) => leaf === 1))).toEqual([
      [{ leaf: 1, partition: 0, input: { kind: 'firstIndex', index: 0 } }],
      [{ leaf: 1, partition: 1, input: { kind: 'firstIndex', index: 4 } }],
      [{ leaf: 1, partition: 2, input: { kind: 'firstIndex', index: 4 } }],
    ]);
  });

  test('of one partition begin at 0 without counting', () => {
    const w = lineageWriter();
    const { stages, result } = planJob(w.node({ kind: 'numbered', parent: w.range(10, 1), by: 'index' }));
    expect(stages.map(({ kind }) => kind)).toEqual(['result']);
    const inputsOf = taskInputs(result, { splits: new Map(), dataKeyOf: String, countsOf: () => [] });
    expect(inputsOf(0).map(({ input }) => input)).toContainEqual({ kind: 'firstIndex', index: 0 });
  });
});

describe('what a task reads', () => {
  test('of a cartesian product: one partition of each side', () => {
    const w = lineageWriter();
    const { result } = planJob(w.node({ kind: 'cartesian', parents: [w.range(9, 2), w.range(9, 3)] }));
    const partitionsOf = leafPartitions(result.plan);
    expect(Array.from({ length: 6 }, (_, p) => partitionsOf(p).map(({ partition }) => partition))).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
  });

  test('of a union of inputs placed alike: the same partition of each', () => {
    const w = lineageWriter();
    const [a, b] = [w.reduceByKey(w.range(9, 2), 3), w.reduceByKey(w.range(9, 4), 3)];
    const { result } = planJob(w.node({ kind: 'union', parents: [a, b] }));
    expect(result.plan.numPartitions).toBe(3);
    expect(leafPartitions(result.plan)(2).map(({ partition }) => partition)).toEqual([2, 2]);
  });
});

test('two samples with different seeds are different stages', () => {
  const w = lineageWriter();
  const sample = (seed: number): string => {
    const op = { kind: 'sample', withReplacement: false, fraction: 0.5, seed } as const;
    return w.node({ kind: 'narrow', parent: w.range(10, 2), op, keepsPartitioner: true }).fingerprint;
  };
  expect(sample(1)).toBe(sample(1));
  expect(sample(1)).not.toBe(sample(2));
});
