import { describe, expect, test } from 'vitest';
import type { LineageNode } from '../../driver/lineage/lineage-node.ts';
import { leafPartitions } from '../../driver/planner/task-inputs.ts';
import { lineageWriter, planJob, planText } from '../support/lineage.ts';

function texts(job: ReturnType<typeof planJob>): string {
  return job.stages.map(planText).join('\n');
}

describe('stages are cut at wide edges', () => {
  test('a join with an input that is placed by ranges moves the other one by the same ranges', () => {
    const lineage = lineageWriter();
    const sorted = lineage.node(
      {
        kind: 'shuffled',
        parent: lineage.map(lineage.range(100, 4)),
        partitioning: { kind: 'range', numPartitions: 4, ascending: true },
        aggregator: null,
        mapSideCombine: false,
        sort: 'ascending',
      },
      'sortByKey',
    );
    const { stages } = planJob(lineage.join(sorted, lineage.map(lineage.range(10, 2))));
    const partitioners = stages.flatMap(({ plan }) => (plan.sink.kind === 'shuffleWrite' ? [plan.sink.partitioner.kind] : []));
    expect(partitioners).toEqual(['range', 'range']);
  });

  test('narrow steps stay in one stage', () => {
    const w = lineageWriter();
    expect(texts(planJob(w.filter(w.map(w.range(10, 3)))))).toBe(
      ['stage 0 (result, 3 tasks, reads [])', '0: range(10)[3]', '1: map(0)', '2: filter(1)', '→ {"kind":"collect"}'].join('\n'),
    );
  });

  test('reduceByKey makes a map stage with a combiner and reads combiners', () => {
    const w = lineageWriter();
    expect(texts(planJob(w.reduceByKey(w.map(w.range(10, 3)))))).toBe(
      [
        'stage 0 (map, 3 tasks, reads [])',
        '0: range(10)[3]',
        '1: map(0)',
        '→ {"kind":"shuffleWrite","partitioner":{"kind":"hash","numPartitions":3},"combine":{"kind":"reduce","fn":1}}',
        'stage 1 (result, 3 tasks, reads [0])',
        '0: shuffleRead[3]',
        '1: combine(0, combiners)',
        '→ {"kind":"collect"}',
      ].join('\n'),
    );
  });

  test('a second reduceByKey with the same partitioner moves nothing, through filters too', () => {
    const w = lineageWriter();
    const once = w.reduceByKey(w.range(10, 3));
    const { stages } = planJob(w.reduceByKey(w.filter(once)));
    expect(stages.map((s) => s.kind)).toEqual(['map', 'result']);
    expect(planText(stages[1] as never)).toBe(
      [
        'stage 1 (result, 3 tasks, reads [0])',
        '0: shuffleRead[3]',
        '1: combine(0, combiners)',
        '2: filter(1)',
        '3: combine(2, values)',
        '→ {"kind":"collect"}',
      ].join('\n'),
    );
  });

  test('after a map the partitioner is gone and the pairs move again', () => {
    const w = lineageWriter();
    expect(planJob(w.reduceByKey(w.map(w.reduceByKey(w.range(10, 3))))).stages.map((s) => s.kind)).toEqual(['map', 'map', 'result']);
  });

  test('a join reads a side in place that is placed by the chosen partitioner', () => {
    const w = lineageWriter();
    const left = w.reduceByKey(w.range(10, 4));
    const { stages } = planJob(w.join(left, w.range(5, 2)));
    expect(stages.map(planText).slice(1)).toEqual([
      [
        'stage 1 (map, 2 tasks, reads [])',
        '0: range(5)[2]',
        '→ {"kind":"shuffleWrite","partitioner":{"kind":"hash","numPartitions":4},"combine":null}',
      ].join('\n'),
      [
        'stage 2 (result, 4 tasks, reads [0,1])',
        '0: shuffleRead[4]',
        '1: combine(0, combiners)',
        '2: shuffleRead[4]',
        '3: cogroup(1,2)',
        '4: crossValues(3)',
        '→ {"kind":"collect"}',
      ].join('\n'),
    ]);
  });

  test('sortBy samples in a stage of its own and sorts each range', () => {
    const w = lineageWriter();
    const sorted = w.sortBy(w.range(100, 2), 3, false);
    const fingerprint = sorted.kind === 'narrow' ? sorted.parent.fingerprint : '';
    expect(texts(planJob(sorted))).toBe(
      [
        'stage 0 (sample, 2 tasks, reads [])',
        '0: range(100)[2]',
        '1: keyBy(0)',
        `→ {"kind":"sampleKeys","size":90,"seed":"${fingerprint}"}`,
        'stage 1 (map, 2 tasks, reads [0])',
        '0: range(100)[2]',
        '1: keyBy(0)',
        '→ {"kind":"shuffleWrite","partitioner":{"kind":"range","numPartitions":3,"ascending":false},"combine":null} bounds of stage 0',
        'stage 2 (result, 3 tasks, reads [1])',
        '0: shuffleRead[3]',
        '1: sortByKey(0)',
        '2: values(1)',
        '→ {"kind":"collect"}',
      ].join('\n'),
    );
  });

  test('sortBy into one partition samples nothing', () => {
    const w = lineageWriter();
    expect(planJob(w.sortBy(w.range(100, 2), 1)).stages.map((s) => s.kind)).toEqual(['map', 'result']);
  });

  test('coalesce above a shuffle reads neighbouring partitions at once; elsewhere it reads parents in turn', () => {
    const w = lineageWriter();
    const coalesced = w.node({ kind: 'coalesce', parent: w.reduceByKey(w.range(10, 5)), numPartitions: 2 });
    const job = planJob(coalesced);
    expect(planText(job.result)).toBe(
      ['stage 1 (result, 2 tasks, reads [0])', '0: shuffleRead[2]', '1: combine(0, combiners)', '→ {"kind":"collect"}'].join('\n'),
    );
    expect([...job.result.leaves.values()]).toEqual([{ kind: 'shuffle', stage: 0, groups: [0, 2, 5], asked: true }]);
    const plain = planJob(w.node({ kind: 'coalesce', parent: w.range(10, 5), numPartitions: 2 }));
    expect(planText(plain.result)).toContain('1: coalesce(0, 0,2,5)');
  });

  test('coalesce into more partitions changes nothing', () => {
    const w = lineageWriter();
    expect(planText(planJob(w.node({ kind: 'coalesce', parent: w.range(10, 2), numPartitions: 9 })).result)).toBe(
      ['stage 0 (result, 2 tasks, reads [])', '0: range(10)[2]', '→ {"kind":"collect"}'].join('\n'),
    );
  });

  test('a second job over the same RDD plans only its result stage; an equal RDD written again gets stages of its own', () => {
    const w = lineageWriter();
    const counts = w.reduceByKey(w.range(10, 3));
    const first = planJob(counts);
    const second = planJob(w.filter(counts), first);
    expect(second.result.parents).toEqual([0]);
    expect([...first.registry.drafts.values()].map((s) => s.kind)).toEqual(['map', 'result', 'result']);
    const again = planJob(w.reduceByKey(w.range(10, 3)), first);
    expect(again.result.parents).toEqual([3]);
    const [one, other] = [first.registry.drafts.get(0), first.registry.drafts.get(3)];
    expect(other?.lineageFingerprint).toBe(one?.lineageFingerprint);
    expect([one?.use, other?.use]).toEqual([0, 1]);
  });

  test('a stage that two branches share is planned once', () => {
    const w = lineageWriter();
    const counts = w.reduceByKey(w.range(10, 3));
    const both = w.node({ kind: 'union', parents: [counts, w.filter(counts)] });
    const { stages, result } = planJob(both);
    expect(stages.length).toBe(2);
    expect(planText(result).split('\n').at(-2)).toBe('3: concat(1,2)');
  });

  test('an exact sample counts by key, splits the counts in one task, and reads them beside the records', () => {
    const w = lineageWriter();
    const draw = { withReplacement: false, seed: 7 } as const;
    const one = (parent: LineageNode): LineageNode =>
      w.node({
        kind: 'shuffled',
        parent,
        partitioning: { kind: 'roundRobin', numPartitions: 1 },
        aggregator: null,
        mapSideCombine: false,
        sort: null,
      });
    const records = w.reduceByKey(w.range(10, 4), 3);
    const counted = w.node({ kind: 'narrow', parent: records, op: { kind: 'countStrata', fractions: '[]' }, keepsPartitioner: false });
    const numbered = w.node({ kind: 'numbered', parent: counted, by: 'uniqueId' });
    const quotas = one(w.node({ kind: 'narrow', parent: one(numbered), op: { kind: 'splitStrata', ...draw }, keepsPartitioner: false }));
    const drawn = w.node({ kind: 'drawn', parents: [records, quotas], ...draw });
    const { stages, result, known } = planJob(drawn);
    expect(stages.map((stage) => [stage.kind, stage.plan.numPartitions, stage.parents])).toEqual([
      ['map', 4, []],
      ['map', 3, [0]],
      ['map', 1, [1]],
      ['result', 3, [0, 2]],
    ]);
    expect(planText(result)).toBe(
      [
        'stage 3 (result, 3 tasks, reads [0,2])',
        '0: shuffleRead[3]',
        '1: combine(0, combiners)',
        '2: shuffleRead[1]',
        '3: drawStrata(1,2)',
        '→ {"kind":"collect"}',
      ].join('\n'),
    );
    expect(known.get(drawn.id)?.placement).toEqual({ kind: 'hash', numPartitions: 3 });
    expect(leafPartitions(result.plan)(2)).toEqual([
      { leaf: 0, partition: 2 },
      { leaf: 2, partition: 0 },
    ]);
  });

  test('a lineage of 50,000 maps is planned, and a task of it names its leaf', () => {
    const w = lineageWriter();
    let node = w.range(10, 2);
    for (let i = 0; i < 50_000; i++) node = w.map(node);
    const { result } = planJob(node);
    expect(result.plan.nodes.length).toBe(50_001);
    expect(leafPartitions(result.plan)(1)).toEqual([{ leaf: 0, partition: 1 }]);
  });
});

describe('what a task reads', () => {
  test('a union maps its partitions to those of its parents', () => {
    const w = lineageWriter();
    const { result } = planJob(w.node({ kind: 'union', parents: [w.map(w.range(4, 2)), w.range(9, 3)] }));
    expect([0, 1, 2, 3, 4].map(leafPartitions(result.plan))).toEqual([
      [{ leaf: 0, partition: 0 }],
      [{ leaf: 0, partition: 1 }],
      [{ leaf: 2, partition: 0 }],
      [{ leaf: 2, partition: 1 }],
      [{ leaf: 2, partition: 2 }],
    ]);
  });

  test('a coalesced task reads its parents in order', () => {
    const w = lineageWriter();
    const { result } = planJob(w.map(w.node({ kind: 'coalesce', parent: w.map(w.range(9, 5)), numPartitions: 2 })));
    expect(leafPartitions(result.plan)(1)).toEqual([2, 3, 4].map((partition) => ({ leaf: 0, partition })));
  });
});

describe("Spark's default partitioner", () => {
  const partitionsOf = (counts: readonly [number, number], defaultParallelism: number | null): number => {
    const w = lineageWriter();
    const placed = w.reduceByKey(w.range(1000, counts[0]), counts[0]);
    return planJob(w.join(placed, w.range(1000, counts[1])), { defaultParallelism }).result.plan.numPartitions;
  };

  test('an existing partitioner within one order of magnitude of the largest input is used', () => {
    expect(partitionsOf([10, 90], null)).toBe(10);
  });

  test('a much smaller one is not, unless it has the default count', () => {
    expect(partitionsOf([10, 100], null)).toBe(100);
    expect(partitionsOf([10, 100], 5)).toBe(10);
    expect(partitionsOf([10, 100], 40)).toBe(40);
  });

  test('without one the configured parallelism decides, else the largest input', () => {
    const w = lineageWriter();
    expect(planJob(w.reduceByKey(w.range(10, 7))).result.plan.numPartitions).toBe(7);
    expect(planJob(w.reduceByKey(w.range(10, 7)), { defaultParallelism: 3 }).result.plan.numPartitions).toBe(3);
  });
});
