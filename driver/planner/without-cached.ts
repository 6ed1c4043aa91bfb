import type { PlanNode, StagePlan } from '../../engine/plan/stage-plan.ts';
import type { LeafBinding, StageDraft } from './stage-draft.ts';

/** A stage's plan as if nothing in it were persisted, which is what its identity is made of: that something is kept changes no result. */
export function withoutCached({ plan, leaves }: Pick<StageDraft, 'plan' | 'leaves'>): {
  readonly plan: StagePlan;
  readonly leaves: ReadonlyMap<number, LeafBinding>;
} {
  if (!plan.nodes.some(({ kind }) => kind === 'cached')) return { plan, leaves };
  const nodes: PlanNode[] = [];
  /** New index of each node; of one that is left out, its parent's. */
  const indexes: number[] = [];
  for (const node of plan.nodes) {
    const at = (index: number): number => indexes[index] as number;
    if (node.kind === 'cached') indexes.push(at(node.parent));
    else indexes.push(nodes.push(renumbered(node, at)) - 1);
  }
  const moved = [...leaves].map(([leaf, binding]) => [indexes[leaf] as number, binding] as const);
  return { plan: { ...plan, nodes }, leaves: new Map(moved) };
}

function renumbered(node: PlanNode, at: (index: number) => number): PlanNode {
  if ('parents' in node) return { ...node, parents: node.parents.map(at) } as PlanNode;
  return 'parent' in node ? { ...node, parent: at(node.parent) } : node;
}
