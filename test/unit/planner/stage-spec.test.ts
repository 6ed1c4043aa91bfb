import { describe, expect, test } from 'vitest';
import type { StageDraft } from '../../../driver/planner/stage-draft.ts';
import { stageSpecOf } from '../../../driver/planner/stage-spec.ts';
import type { ShippedClosure } from '../../../engine/closures/shipped-closure.ts';
import type { NarrowOp, Sink } from '../../../engine/plan/stage-plan.ts';

function draft(o: { readonly sink?: Sink; readonly op?: NarrowOp; readonly indeterminate?: boolean }): StageDraft {
  const { sink = { kind: 'collect' }, op = { kind: 'map', fn: 0 }, indeterminate = false } = o;
  const traits = { indeterminate, async: false, uses: indeterminate ? ['Math.random'] : [] };
  const closure: ShippedClosure = { bytes: new Uint8Array(), fingerprint: 'f', modules: [], operation: 'rdd.map', callSite: null, traits };
  return {
    stage: 3,
    kind: 'result',
    name: 'collect at job.ts:3',
    plan: {
      nodes: [
        { kind: 'slices', numPartitions: 2 },
        { kind: 'narrow', parent: 0, op },
      ],
      sink,
      numPartitions: 2,
    },
    closures: [closure],
    leaves: new Map(),
    parents: [1],
    boundsFrom: null,
    lineageFingerprint: 'l',
    use: 0,
  };
}

const pipe: NarrowOp = { kind: 'pipe', command: ['cat'], env: {}, checkCode: true };

describe('what the scheduler may do with a stage', () => {
  test('it knows its number, parents, kind and name', () => {
    expect(stageSpecOf(draft({}))).toMatchObject({ stage: 3, parents: [1], kind: 'result', name: 'collect at job.ts:3' });
  });

  test.each([
    ['functions that give the same each time', {}, { copyable: true, sideEffects: false }],
    ['a function that uses Math.random, Date, fetch, process or files', { indeterminate: true }, { copyable: false, sideEffects: false }],
    ['a command', { op: pipe }, { copyable: false, sideEffects: false }],
    ['foreach', { sink: { kind: 'foreach', fn: 0 } }, { copyable: false, sideEffects: true }],
    ['foreachPartition', { sink: { kind: 'foreachPartition', fn: 0 } }, { copyable: false, sideEffects: true }],
    ['part files, each attempt its own', { sink: { kind: 'saveAsTextFile', path: '/out' } }, { copyable: true, sideEffects: false }],
  ] as const)('%s', (_, how, may) => {
    expect(stageSpecOf(draft(how))).toMatchObject(may);
  });
});
