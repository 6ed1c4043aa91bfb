import { expect, test } from 'vitest';
import type { PlanNode, Sink } from '../../../engine/plan/stage-plan.ts';
import { memoryShare } from '../../../engine/runtime/spill/memory-share.ts';
import { AMPLE_MEMORY } from '../../support/task-memory.ts';

const read: PlanNode = { kind: 'shuffleRead', numPartitions: 2 };
const range: PlanNode = { kind: 'range', start: 0, step: 1, count: 10, numPartitions: 2 };
const map: PlanNode = { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0 } };
const sort = (parent: number): PlanNode => ({ kind: 'sortByKey', parent, ascending: true });
const group = (parent: number): PlanNode => ({ kind: 'combine', parent, aggregator: { kind: 'group' }, of: 'values' });
const mapPartitions = (parent: number): PlanNode => ({ kind: 'narrow', parent, op: { kind: 'mapPartitions', fn: 0 } });
const write: Sink = { kind: 'shuffleWrite', partitioner: { kind: 'hash', numPartitions: 2 }, combine: null };
const count: Sink = { kind: 'count' };

test.each<{ name: string; nodes: readonly PlanNode[]; sink: Sink; consumers: number }>([
  { name: 'nothing that holds records', nodes: [range, map], sink: count, consumers: 1 },
  { name: 'the shuffle writer alone', nodes: [range, map], sink: write, consumers: 1 },
  { name: 'a group, a sort and the writer', nodes: [read, group(0), sort(1)], sink: write, consumers: 3 },
  { name: 'both sides of a join', nodes: [read, read, group(0), { kind: 'cogroup', parents: [1, 2] }], sink: count, consumers: 2 },
  {
    name: 'one of the parents of a union',
    nodes: [read, sort(0), group(0), { kind: 'union', parents: [1, 2], starts: [0, 2], numPartitions: 4 }],
    sink: count,
    consumers: 1,
  },
  { name: 'a partition read ahead', nodes: [read, mapPartitions(0)], sink: write, consumers: 2 },
  { name: 'a partition that is there when it is sorted', nodes: [read, sort(0), mapPartitions(1)], sink: write, consumers: 2 },
  { name: 'a range, which nobody waits for', nodes: [range, mapPartitions(0)], sink: write, consumers: 1 },
  { name: 'a side effect of whole partitions', nodes: [read], sink: { kind: 'foreachPartition', fn: 0 }, consumers: 1 },
  {
    name: 'a command',
    nodes: [range, { kind: 'narrow', parent: 0, op: { kind: 'pipe', command: ['cat'], env: {}, checkCode: true } }, mapPartitions(1)],
    sink: write,
    consumers: 2,
  },
  {
    name: 'one side of a cartesian product',
    nodes: [read, range, { kind: 'cartesian', parents: [0, 1], rightPartitions: 2 }],
    sink: write,
    consumers: 2,
  },
])('memory is divided equally: $name', ({ nodes, sink, consumers }) => {
  expect(memoryShare({ nodes, sink, numPartitions: 2 }, { ...AMPLE_MEMORY, executionBytes: 6_000_000 })).toBe(6_000_000 / consumers);
});

test('a share is never nothing', () => {
  expect(memoryShare({ nodes: [read, sort(0)], sink: write, numPartitions: 2 }, { ...AMPLE_MEMORY, executionBytes: 1 })).toBe(1);
});
