import { hash } from 'node:crypto';
import type { Sink, StagePlan } from '../../engine/plan/stage-plan.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { PersistedRdds } from '../storage/persisted-rdds.ts';
import { factsIn, type NodeFacts } from './analyze.ts';
import { type PlanBuilder, planBuilder } from './plan-builder.ts';
import type { StageDraft } from './stage-draft.ts';

/** Stages of an application: those of earlier jobs stay, so that a later job over the same RDD finds its shuffles made. */
export interface StageRegistry {
  /** By stage number; a result stage only until its action has ended. */
  readonly drafts: Map<number, StageDraft>;
  /** How many stages were planned so far: the number of the next one. */
  count: number;
  /** Map and sample stages by lineage node and input. */
  readonly byEdge: Map<string, number>;
  readonly uses: Map<string, number>;
  /** Whether an RDD is persisted at the moment. */
  readonly persistedOf: PersistedRdds['of'];
}

export function createStageRegistry(persistedOf: PersistedRdds['of'] = () => null): StageRegistry {
  return { drafts: new Map(), count: 0, byEdge: new Map(), uses: new Map(), persistedOf };
}

/** A stage to be added. */
export interface Registration {
  readonly kind: StageDraft['kind'];
  readonly root: LineageNode;
  /** Adds the functions of the sink, behind those of the chain. */
  readonly sink: (builder: PlanBuilder) => Sink;
  readonly print: readonly unknown[];
  readonly name: string;
  readonly known: ReadonlyMap<number, NodeFacts>;
  readonly boundsFrom: number | null;
}

/** Adds the nodes of a stage. */
export type AddChain = (builder: PlanBuilder, registry: StageRegistry) => void;

/** Adds a stage under the next number; its use is how many of the same fingerprint there were before. */
export function register(registry: StageRegistry, addChain: AddChain, r: Registration): StageDraft {
  const { builder, plan } = planOf(registry, addChain, r);
  const caches = plan.nodes.some(({ kind }) => kind === 'cached');
  const bare = caches ? planOf({ ...registry, persistedOf: () => null }, addChain, r) : null;
  const lineageFingerprint = hash('sha256', JSON.stringify(r.print), 'hex').slice(0, 32);
  const use = registry.uses.get(lineageFingerprint) ?? 0;
  registry.uses.set(lineageFingerprint, use + 1);
  const parents = [...builder.parents, ...(r.boundsFrom === null ? [] : [r.boundsFrom])];
  const draft: StageDraft = {
    stage: registry.count++,
    kind: r.kind,
    name: r.name,
    plan,
    closures: builder.closures,
    leaves: builder.leaves,
    ...(bare === null ? {} : { bare: { plan: bare.plan, closures: bare.builder.closures, leaves: bare.builder.leaves } }),
    parents,
    ...(builder.sized.length === 0 ? {} : { sized: builder.sized }),
    boundsFrom: r.boundsFrom,
    lineageFingerprint,
    use,
  };
  registry.drafts.set(draft.stage, draft);
  return draft;
}

function planOf(
  registry: StageRegistry,
  addChain: AddChain,
  { sink, known, root }: Registration,
): { readonly builder: PlanBuilder; readonly plan: StagePlan } {
  const builder = planBuilder();
  addChain(builder, registry);
  const planned = sink(builder);
  return { builder, plan: { nodes: builder.nodes, sink: planned, numPartitions: factsIn(known, root).numPartitions } };
}
