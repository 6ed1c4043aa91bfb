import { LevinError } from '../../engine/errors/levin-error.ts';
import type { PlanNode } from '../../engine/plan/stage-plan.ts';
import type { StageDraft } from './stage-draft.ts';

/** Whether the tasks of the stage run together. */
export function isBarrierStage({ plan }: StageDraft): boolean {
  return plan.nodes.some(isBarrierNode);
}

export interface BarrierJob {
  readonly action: string;
  /** Partitions of the final stage that the job asks for. */
  readonly partitions: readonly number[];
  /** Tasks that can run at once. */
  readonly slots: number;
}

/**
 * Refuses what cannot run together, by Spark's rules: a job that asks for some of a barrier stage's partitions only, a stage in which RDDs have unlike
 * numbers of partitions or two barriers meet (`BARRIER_NOT_ALLOWED`), and one with more tasks than can run at once (`BARRIER_TOO_LARGE`).
 */
export function checkBarriers(stages: readonly StageDraft[], final: StageDraft, job: BarrierJob): void {
  for (const draft of stages.filter(isBarrierStage)) {
    const { numPartitions } = draft.plan;
    const at = `${job.action}: stage ${draft.stage} (${draft.name}) runs all its ${numPartitions} tasks together (barrier), `;
    if (draft === final && new Set(job.partitions).size < numPartitions) {
      const remedy = 'Use collect() and take what you need of it, or save what the barrier stage gives and go on from there.';
      throw notAllowed(`${at}but ${job.action} asks for ${job.partitions.length} of them only. ${remedy}`);
    }
    checkChain(draft, at);
    if (numPartitions <= job.slots) continue;
    const message = `${at}but only ${job.slots} can run at once here. Use at most ${job.slots} partitions before barrier(), or run it where there is more room (--on).`;
    throw new LevinError({ code: 'BARRIER_TOO_LARGE', fault: 'user', message, details: { partitions: numPartitions, slots: job.slots } });
  }
}

/** Each task is to read one partition of every RDD in the stage, through one barrier. */
function checkChain({ plan: { nodes, numPartitions } }: StageDraft, at: string): void {
  const barriers: boolean[] = [];
  nodes.forEach((node, index) => {
    const parents = parentsOf(node);
    if (parents.filter((parent) => barriers[parent]).length > 1)
      throw notAllowed(
        `${at}but it puts two barrier RDDs together. Save what one of them gives, or shuffle it (repartition), and put them together then.`,
      );
    barriers[index] = isBarrierNode(node) || parents.some((parent) => barriers[parent]);
    const own = node.kind === 'coalesce' ? -1 : 'numPartitions' in node ? node.numPartitions : numPartitions;
    if (node.kind !== 'coalesce' && node.kind !== 'union' && node.kind !== 'cartesian' && own === numPartitions) return;
    throw notAllowed(
      `${at}but in it are RDDs with other numbers of partitions (coalesce, union, cartesian). Use repartition(n), which is a stage of its own, in place of coalesce(n), or before barrier().`,
    );
  });
}

function isBarrierNode(node: PlanNode): boolean {
  return node.kind === 'narrow' && 'barrier' in node.op;
}

function parentsOf(node: PlanNode): readonly number[] {
  if ('parents' in node) return node.parents;
  return 'parent' in node ? [node.parent] : [];
}

function notAllowed(message: string): LevinError {
  return new LevinError({ code: 'BARRIER_NOT_ALLOWED', fault: 'user', message });
}
