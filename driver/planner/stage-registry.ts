import { hash } from 'node:crypto';
import type { Sink } from '../../engine/plan/stage-plan.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { PersistedRdds } from '../storage/persisted-rdds.ts';
import { factsIn, type NodeFacts } from './analyze.ts';
import type { PlanBuilder } from './plan-builder.ts';
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
  readonly sink: Sink;
  readonly print: readonly unknown[];
  readonly name: string;
  readonly known: ReadonlyMap<number, NodeFacts>;
  readonly boundsFrom: number | null;
}

/** Adds a stage under the next number; its use is how many of the same fingerprint there were before. */
export function register(registry: StageRegistry, builder: PlanBuilder, r: Registration): StageDraft {
  const lineageFingerprint = hash('sha256', JSON.stringify(r.print), 'hex').slice(0, 32);
  const use = registry.uses.get(lineageFingerprint) ?? 0;
  registry.uses.set(lineageFingerprint, use + 1);
  const parents = [...builder.parents, ...(r.boundsFrom === null ? [] : [r.boundsFrom])];
  const draft: StageDraft = {
    stage: registry.count++,
    kind: r.kind,
    name: r.name,
    plan: { nodes: builder.nodes, sink: r.sink, numPartitions: factsIn(r.known, r.root).numPartitions },
    closures: builder.closures,
    leaves: builder.leaves,
    parents,
    ...(builder.sized.length === 0 ? {} : { sized: builder.sized }),
    boundsFrom: r.boundsFrom,
    lineageFingerprint,
    use,
  };
  registry.drafts.set(draft.stage, draft);
  return draft;
}
