import type { LineageSink } from '../../driver/application/application.ts';
import { type LineageNode, type LineageShape, lineageNode } from '../../driver/lineage/lineage-node.ts';
import { analyze, type NodeFacts } from '../../driver/planner/analyze.ts';
import { planStages } from '../../driver/planner/plan-stages.ts';
import type { StageDraft } from '../../driver/planner/stage-draft.ts';
import { createStageRegistry, type StageRegistry } from '../../driver/planner/stage-registry.ts';
import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import type { PlanNode } from '../../engine/plan/stage-plan.ts';

/** Writes lineages by hand: closures are names. */
export function lineageWriter(): {
  closure(name: string): ShippedClosure;
  node(shape: LineageShape, operation?: string): LineageNode;
  range(count: number, numPartitions: number): LineageNode;
  map(parent: LineageNode, name?: string): LineageNode;
  filter(parent: LineageNode, name?: string): LineageNode;
  reduceByKey(parent: LineageNode, numPartitions?: number | null): LineageNode;
  join(a: LineageNode, b: LineageNode, numPartitions?: number | null): LineageNode;
  sortBy(parent: LineageNode, numPartitions?: number | null, ascending?: boolean): LineageNode;
} {
  let id = 0;
  const closure = (name: string): ShippedClosure => ({
    bytes: new TextEncoder().encode(name),
    fingerprint: name,
    modules: [],
    operation: 'rdd.map',
    callSite: null,
    traits: { indeterminate: false, async: false, uses: [] },
  });
  const node = (shape: LineageShape, operation = shape.kind as string): LineageNode =>
    lineageNode(shape, { id: id++, operation, callSite: { file: '/p/job.ts', line: id, column: 1 } });
  const narrow = (kind: 'map' | 'filter' | 'keyBy', parent: LineageNode, name: string, keepsPartitioner: boolean): LineageNode =>
    node({ kind: 'narrow', parent, op: { kind, fn: closure(name) }, keepsPartitioner }, kind);
  return {
    closure,
    node,
    range: (count, numPartitions) => node({ kind: 'range', start: 0, step: 1, count, numPartitions }, 'range'),
    map: (parent, name = 'f') => narrow('map', parent, name, false),
    filter: (parent, name = 'p') => narrow('filter', parent, name, true),
    reduceByKey: (parent, numPartitions = null) =>
      node(
        {
          kind: 'shuffled',
          parent,
          partitioning: { kind: 'hash', numPartitions },
          aggregator: { kind: 'reduce', fn: closure('add') },
          mapSideCombine: true,
          sort: null,
        },
        'reduceByKey',
      ),
    join: (a, b, numPartitions = null) => {
      const grouped = node({ kind: 'cogroup', how: 'group', parents: [a, b], numPartitions }, 'join');
      return node({ kind: 'narrow', parent: grouped, op: { kind: 'crossValues' }, keepsPartitioner: true }, 'join');
    },
    sortBy: (parent, numPartitions = null, ascending = true) => {
      const keyed = narrow('keyBy', parent, 'key', false);
      const sorted = node(
        {
          kind: 'shuffled',
          parent: keyed,
          partitioning: { kind: 'range', numPartitions, ascending },
          aggregator: null,
          mapSideCombine: false,
          sort: ascending ? 'ascending' : 'descending',
        },
        'sortBy',
      );
      return node({ kind: 'narrow', parent: sorted, op: { kind: 'values' }, keepsPartitioner: false }, 'sortBy');
    },
  };
}

export interface PlannedJob {
  readonly stages: readonly StageDraft[];
  readonly result: StageDraft;
  readonly registry: StageRegistry;
  readonly known: Map<number, NodeFacts>;
}

export function planJob(
  node: LineageNode,
  o: { sink?: LineageSink; registry?: StageRegistry; known?: Map<number, NodeFacts>; defaultParallelism?: number | null } = {},
): PlannedJob {
  const registry = o.registry ?? createStageRegistry();
  const known = o.known ?? new Map<number, NodeFacts>();
  analyze(node, known, { splits: new Map(), defaultParallelism: o.defaultParallelism ?? null, bounds: new Map() });
  const result = planStages({ node, sink: o.sink ?? { kind: 'collect' }, action: 'collect', callSite: null }, known, registry);
  return { stages: [...registry.drafts.values()], result, registry, known };
}

/** One stage as text, in the order of its node table: `2: combine(1, combiners)`. */
export function planText(draft: StageDraft): string {
  const lines = draft.plan.nodes.map((node, i) => `${i}: ${nodeText(node)}`);
  const bounds = draft.boundsFrom === null ? '' : ` bounds of stage ${draft.boundsFrom}`;
  return [
    `stage ${draft.stage} (${draft.kind}, ${draft.plan.numPartitions} tasks, reads [${draft.parents.join(',')}])`,
    ...lines,
    `→ ${JSON.stringify(draft.plan.sink)}${bounds}`,
  ].join('\n');
}

function nodeText(node: PlanNode): string {
  switch (node.kind) {
    case 'slices':
    case 'text':
    case 'files':
    case 'shuffleRead':
      return `${node.kind}[${node.numPartitions}]`;
    case 'range':
      return `range(${node.count})[${node.numPartitions}]`;
    case 'narrow':
      return `${node.op.kind}(${node.parent})`;
    case 'cached':
      return `cached(${node.parent}, ${node.rdd})`;
    case 'union':
      return `union(${node.parents.join(',')})`;
    case 'coalesce':
      return `coalesce(${node.parent}, ${node.groups.join(',')})`;
    case 'combine':
      return `combine(${node.parent}, ${node.of})`;
    case 'sortByKey':
      return `sortByKey(${node.parent})`;
    case 'cogroup':
    case 'subtractByKey':
    case 'intersectKeys':
    case 'concat':
    case 'zip':
    case 'zipPartitions':
    case 'cartesian':
    case 'drawStrata':
      return `${node.kind}(${node.parents.join(',')})`;
    case 'number':
      return `number(${node.parent}, ${node.by})`;
  }
}
