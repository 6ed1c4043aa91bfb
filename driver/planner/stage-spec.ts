import type { StageSpec } from '../scheduler/job-graph.ts';
import { isBarrierStage } from './barrier-stage.ts';
import type { StageDraft } from './stage-draft.ts';
import { stageMemoryMb } from './stage-memory.ts';

/** What the scheduler has to know of a stage. */
export function stageSpecOf(draft: StageDraft): StageSpec {
  const { stage, parents, kind, name } = draft;
  const together = isBarrierStage(draft) ? { barrier: true } : {};
  const memoryMb = stageMemoryMb(draft);
  const sized = memoryMb === null ? {} : { memoryMb };
  return { stage, parents, kind, name, sideEffects: hasSideEffects(draft), copyable: isCopyable(draft), ...together, ...sized };
}

/** Nobody notices when a task of it runs twice at once. */
export function isCopyable(draft: StageDraft): boolean {
  const pipes = draft.plan.nodes.some((node) => node.kind === 'narrow' && node.op.kind === 'pipe');
  return !hasSideEffects(draft) && !isBarrierStage(draft) && !pipes && !draft.closures.some(({ traits }) => traits.indeterminate);
}

/** What its tasks add to accumulators counts: not where levin looks at records for its own sake, before the stage that makes something of them. */
export function isCounted({ kind, plan: { sink }, closures }: StageDraft): boolean {
  const isOwn = kind === 'sample' || (kind === 'map' && sink.kind === 'count');
  return !isOwn && closures.some(({ accumulators = [] }) => accumulators.length > 0);
}

function hasSideEffects({ plan: { sink } }: StageDraft): boolean {
  return sink.kind === 'foreach' || sink.kind === 'foreachPartition';
}
