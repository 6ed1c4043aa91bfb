import type { StageSpec } from '../scheduler/job-graph.ts';
import type { StageDraft } from './stage-draft.ts';

/** What the scheduler has to know of a stage. */
export function stageSpecOf({ stage, parents, kind, name, plan, closures }: StageDraft): StageSpec {
  const sideEffects = plan.sink.kind === 'foreach' || plan.sink.kind === 'foreachPartition';
  const pipes = plan.nodes.some((node) => node.kind === 'narrow' && node.op.kind === 'pipe');
  const copyable = !sideEffects && !pipes && !closures.some(({ traits }) => traits.indeterminate);
  return { stage, parents, kind, name, sideEffects, copyable };
}
