import { basename } from 'node:path';
import type { Sink } from '../../engine/plan/stage-plan.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import type { LineageSink } from '../application/application.ts';
import { type LineageNode, parentsOf, topological } from '../lineage/lineage-node.ts';
import { nodeMemoryMb } from '../lineage/node-resources.ts';
import { factsIn, keepsPlaces, type NodeFacts } from './analyze.ts';
import { addCogroup, evenGroups, narrowOp, needsShuffle, type PlanBuilder, planAggregator, planSink } from './plan-builder.ts';
import { shuffleSink } from './shuffle-sink.ts';
import { sinkFingerprint } from './sink-fingerprint.ts';
import type { StageDraft } from './stage-draft.ts';
import { type AddChain, register, type StageRegistry } from './stage-registry.ts';

type Wide = Extract<LineageNode, { kind: 'shuffled' | 'cogroup' }>;
type Numbered = Extract<LineageNode, { kind: 'numbered' }>;
export type Shuffled = Extract<LineageNode, { kind: 'shuffled' }>;

/** Keys a sample stage takes in all: Spark's `min(20 · partitions, 1,000,000)`. */
const SAMPLES_PER_PARTITION = 20;
const MAX_SAMPLES = 1_000_000;

export interface ResultRequest {
  readonly node: LineageNode;
  readonly sink: LineageSink;
  readonly action: string;
  readonly callSite: CallSite | null;
}

/**
 * Cuts the lineage of an action into stages at its wide edges, and gives the result stage; new stages are added to the registry,
 * parents before children. All nodes must be analyzed. Nothing recurses: a lineage may be 50,000 deep.
 */
export function planStages(request: ResultRequest, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): StageDraft {
  planWide(request.node, known, registry);
  const sink = (builder: PlanBuilder): Sink => planSink(request.sink, builder);
  const print = ['result', request.node.fingerprint, sinkFingerprint(request.sink)];
  return register(registry, chainOf(request.node, known), {
    kind: 'result',
    root: request.node,
    sink,
    print,
    name: stageName(request.action, request.callSite),
    known,
    boundsFrom: null,
  });
}

/** The stage whose samples give the bounds of the node, whose ancestors must be analyzed; null when it has one partition and so no bounds. */
export function planBounds(node: Shuffled, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): number | null {
  planWide(node, known, registry);
  return boundsStage(node, known, registry);
}

/** All stages below and including the wide edges of the node's ancestors. */
function planWide(root: LineageNode, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): void {
  for (const node of topological(root)) {
    if (node.kind === 'shuffled' || node.kind === 'cogroup') planEdges(node, known, registry);
    if (countsFirst(node, known)) planCount(node, known, registry);
  }
}

/** Map stages of every input that has to move, with the sample stage that a range partitioner needs before it. */
function planEdges(node: Wide, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): void {
  parentsOf(node).forEach((parent, i) => {
    if (registry.byEdge.has(edgeKey('map', node.id, i)) || !needsShuffle(node, i, known)) return;
    const boundsFrom = boundsStage(node, known, registry);
    const name = stageName(node.operation, node.callSite);
    const sink = (builder: PlanBuilder): Sink => shuffleSink(node, builder, known);
    const print = ['map', node.fingerprint, i, factsIn(known, node).numPartitions];
    const draft = register(registry, chainOf(parent, known), { kind: 'map', root: parent, sink, print, name, known, boundsFrom });
    registry.byEdge.set(edgeKey('map', node.id, i), draft.stage);
  });
}

/** The stage that samples the keys for the bounds of a range placement: the node's own, or the one of the sort it goes along with. */
function boundsStage(node: Wide, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): number | null {
  const { placement } = factsIn(known, node);
  if (placement?.kind !== 'range' || placement.numPartitions === 1) return null;
  const sampled = registry.byEdge.get(edgeKey('sample', placement.nodeId));
  if (sampled !== undefined) return sampled;
  const stage = planSample(node as Shuffled, known, registry);
  registry.byEdge.set(edgeKey('sample', node.id), stage);
  return stage;
}

/** Numbers by index need to know how many records stand before each partition; one partition alone begins at 0. */
function countsFirst(node: LineageNode, known: ReadonlyMap<number, NodeFacts>): node is Numbered {
  return node.kind === 'numbered' && node.by === 'index' && factsIn(known, node).numPartitions > 1;
}

function planCount(node: Numbered, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): void {
  if (registry.byEdge.has(edgeKey('count', node.id))) return;
  const draft = register(registry, chainOf(node.parent, known), {
    kind: 'map',
    root: node.parent,
    sink: () => ({ kind: 'count' }),
    print: ['count', node.parent.fingerprint],
    name: stageName(`${node.operation} (count)`, node.callSite),
    known,
    boundsFrom: null,
  });
  registry.byEdge.set(edgeKey('count', node.id), draft.stage);
}

function planSample(node: Shuffled, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): number {
  const inputs = Math.max(1, factsIn(known, node.parent).numPartitions);
  const total = Math.min(SAMPLES_PER_PARTITION * factsIn(known, node).numPartitions, MAX_SAMPLES);
  const sink: Sink = { kind: 'sampleKeys', size: Math.ceil((3 * total) / inputs), seed: node.fingerprint };
  const print = ['sample', node.fingerprint, sink.size];
  const name = stageName(`${node.operation} (sample)`, node.callSite);
  return register(registry, chainOf(node.parent, known), {
    kind: 'sample',
    root: node.parent,
    sink: () => sink,
    print,
    name,
    known,
    boundsFrom: null,
  }).stage;
}

function chainOf(root: LineageNode, known: ReadonlyMap<number, NodeFacts>): AddChain {
  return (builder, registry) => addChain(root, builder, known, registry);
}

/** Adds the nodes from the nearest shuffles or sources up to `root`, which becomes the last one. */
function addChain(root: LineageNode, builder: PlanBuilder, known: ReadonlyMap<number, NodeFacts>, registry: StageRegistry): void {
  const indexes = new Map<number, number>();
  const inStage = (node: LineageNode): readonly LineageNode[] =>
    parentsOf(node).filter((_, i) => !needsShuffle(node, i, known) && !readsGroups(node, known, registry));
  const indexOf = (node: LineageNode): number => indexes.get(node.id) as number;
  for (const node of topological(root, inStage)) {
    const index = addNode(node, { builder, known, registry, indexOf });
    noteMemory(node, builder);
    const persisted = registry.persistedOf(node);
    indexes.set(node.id, persisted === null ? index : builder.add({ kind: 'cached', parent: index, ...persisted }));
  }
}

function noteMemory(node: LineageNode, { sized }: PlanBuilder): void {
  if (nodeMemoryMb(node) !== null) sized.push(node);
}

interface ChainContext {
  readonly builder: PlanBuilder;
  readonly known: ReadonlyMap<number, NodeFacts>;
  readonly registry: StageRegistry;
  readonly indexOf: (node: LineageNode) => number;
}

function addNode(node: LineageNode, context: ChainContext): number {
  const { builder, known, indexOf } = context;
  const { numPartitions } = factsIn(known, node);
  switch (node.kind) {
    case 'slices': {
      const index = builder.add({ kind: 'slices', numPartitions });
      builder.leaves.set(index, { kind: 'slices', node });
      return index;
    }
    case 'textFile': {
      const { invalidUtf8 } = node;
      const index = builder.add({ kind: 'text', numPartitions, ...(invalidUtf8 === undefined ? {} : { invalidUtf8 }) });
      builder.leaves.set(index, { kind: 'text', node });
      return index;
    }
    case 'files': {
      const index = builder.add({ kind: 'files', format: node.format, numPartitions });
      builder.leaves.set(index, { kind: 'files', node });
      return index;
    }
    case 'range':
      return builder.add({ kind: 'range', start: node.start, step: node.step, count: node.count, numPartitions });
    case 'narrow':
      return builder.add({ kind: 'narrow', parent: indexOf(node.parent), op: narrowOp(node.op, builder) });
    case 'combined':
      return builder.add({
        kind: 'combine',
        parent: indexOf(node.parent),
        aggregator: planAggregator(node.aggregator, builder),
        of: 'values',
      });
    case 'numbered':
      return addNumbered(node, context);
    case 'cartesian': {
      const rightPartitions = factsIn(known, node.parents[1]).numPartitions;
      return builder.add({ kind: 'cartesian', parents: both(node.parents, indexOf), rightPartitions });
    }
    case 'zip':
      return builder.add({ kind: 'zip', parents: both(node.parents, indexOf) });
    case 'zipPartitions':
      return builder.add({ kind: 'zipPartitions', parents: node.parents.map(indexOf), fn: builder.closure(node.fn) });
    case 'drawn': {
      const { withReplacement, seed } = node;
      return builder.add({ kind: 'drawStrata', parents: both(node.parents, indexOf), withReplacement, seed, numPartitions });
    }
    case 'union': {
      if (keepsPlaces(node.parents.map((parent) => factsIn(known, parent)))) {
        return builder.add({ kind: 'concat', parents: node.parents.map(indexOf) });
      }
      const counts = node.parents.map((parent) => factsIn(known, parent).numPartitions);
      const starts = counts.map((_, i) => counts.slice(0, i).reduce((sum, n) => sum + n, 0));
      return builder.add({ kind: 'union', parents: node.parents.map(indexOf), starts, numPartitions });
    }
    case 'coalesce': {
      const before = factsIn(known, node.parent).numPartitions;
      if (readsGroups(node, known, context.registry)) {
        noteMemory(node.parent, builder);
        return addWide(node.parent as Wide, evenGroups(before, numPartitions), context);
      }
      if (numPartitions === before) return indexOf(node.parent);
      return builder.add({ kind: 'coalesce', parent: indexOf(node.parent), groups: evenGroups(before, numPartitions) });
    }
    case 'pruned': {
      const { firstKept } = factsIn(known, node);
      if (firstKept === undefined) return indexOf(node.parent);
      const groups = Array.from({ length: numPartitions + 1 }, (_, p) => firstKept + p);
      return builder.add({ kind: 'coalesce', parent: indexOf(node.parent), groups });
    }
    case 'shuffled':
    case 'cogroup':
      return addWide(node, evenGroups(numPartitions, numPartitions), context);
  }
}

/**
 * A coalesce right above a shuffle reads neighbouring reducer partitions at once, one read a map task: order within a reducer partition
 * is not promised, and neighbouring ranges of a sort follow each other.
 */
function readsGroups(node: LineageNode, known: ReadonlyMap<number, NodeFacts>, { persistedOf }: StageRegistry): boolean {
  // What is kept is kept by partition.
  if (node.kind !== 'coalesce' || persistedOf(node.parent) !== null) return false;
  const wide = node.parent;
  if (wide.kind !== 'shuffled' && wide.kind !== 'cogroup') return false;
  const shrinks = factsIn(known, node).numPartitions < factsIn(known, wide).numPartitions;
  const descending = wide.kind === 'shuffled' && wide.sort === 'descending';
  return shrinks && !descending && parentsOf(wide).every((_, i) => needsShuffle(wide, i, known));
}

function both(nodes: readonly [LineageNode, LineageNode], indexOf: (node: LineageNode) => number): readonly [number, number] {
  return [indexOf(nodes[0]), indexOf(nodes[1])];
}

function addNumbered(node: Numbered, { builder, known, registry, indexOf }: ChainContext): number {
  const { numPartitions } = factsIn(known, node);
  const index = builder.add({ kind: 'number', parent: indexOf(node.parent), by: node.by, numPartitions });
  if (node.by === 'uniqueId') return index;
  const stage = registry.byEdge.get(edgeKey('count', node.id)) ?? null;
  builder.leaves.set(index, { kind: 'firstIndex', stage });
  if (stage !== null) builder.parents.add(stage);
  return index;
}

function addWide(node: Wide, groups: readonly number[], context: ChainContext): number {
  const { builder, known, registry, indexOf } = context;
  const inputs = parentsOf(node).map((parent, i) => {
    if (!needsShuffle(node, i, known)) return { index: indexOf(parent), moved: false };
    const stage = registry.byEdge.get(edgeKey('map', node.id, i)) as number;
    const index = builder.add({ kind: 'shuffleRead', numPartitions: groups.length - 1 });
    builder.leaves.set(index, { kind: 'shuffle', stage, groups, ...(wasAsked(node, groups, known) ? { asked: true } : {}) });
    builder.parents.add(stage);
    return { index, moved: true };
  });
  if (node.kind === 'cogroup')
    return addCogroup(
      node.how,
      inputs.map(({ index }) => index),
      builder,
    );
  const [{ index, moved }] = inputs as [{ index: number; moved: boolean }];
  let last = index;
  if (node.aggregator !== null) {
    const aggregator = planAggregator(node.aggregator, builder);
    last = builder.add({ kind: 'combine', parent: last, aggregator, of: moved && node.mapSideCombine ? 'combiners' : 'values' });
  }
  if (node.sort !== null) {
    const fn = node.sortKey === undefined ? {} : { fn: builder.closure(node.sortKey) };
    last = builder.add({ kind: 'sortByKey', parent: last, ascending: node.sort === 'ascending', ...fn });
  }
  return last;
}

/** Whether the number of partitions that are read was given, by the wide operation itself or by a coalesce above it. */
function wasAsked(node: Wide, groups: readonly number[], known: ReadonlyMap<number, NodeFacts>): boolean {
  const given = node.kind === 'cogroup' ? node.numPartitions : node.partitioning.numPartitions;
  return given !== null || groups.length - 1 !== factsIn(known, node).numPartitions;
}

function edgeKey(kind: 'map' | 'sample' | 'count', nodeId: number, input = 0): string {
  return `${kind}:${nodeId}:${input}`;
}

function stageName(operation: string, callSite: CallSite | null): string {
  return callSite === null ? operation : `${operation} at ${basename(callSite.file)}:${callSite.line}`;
}
