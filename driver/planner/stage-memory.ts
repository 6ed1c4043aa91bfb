import { LevinError } from '../../engine/errors/levin-error.ts';
import { formatCount } from '../console/human-units.ts';
import { nodeMemoryMb } from '../lineage/node-resources.ts';
import type { StageDraft } from './stage-draft.ts';

/** Memory that tasks of the stage get at least: the most that was asked for of the RDDs that they compute. null: nothing was. */
export function stageMemoryMb({ sized = [] }: StageDraft): number | null {
  return sized.length === 0 ? null : Math.max(...sized.map((node) => nodeMemoryMb(node) ?? 0));
}

/** Fails with `INVALID_ARGUMENT` when a stage asks for more than the largest executor has. `sizesMb`: ascending; empty: one that nobody knows. */
export function checkMemory(action: string, stages: readonly StageDraft[], sizesMb: readonly number[]): void {
  const largest = sizesMb.at(-1);
  if (largest === undefined) return;
  for (const draft of stages) {
    const memoryMb = stageMemoryMb(draft);
    if (memoryMb !== null && memoryMb > largest) throw tooMuch(action, { draft, memoryMb, sizesMb, largest });
  }
}

interface TooMuch {
  readonly draft: StageDraft;
  readonly memoryMb: number;
  readonly sizesMb: readonly number[];
  readonly largest: number;
}

function tooMuch(action: string, { draft, memoryMb, sizesMb, largest }: TooMuch): LevinError {
  const has = sizesMb.map(formatCount).join(', ');
  return new LevinError({
    code: 'INVALID_ARGUMENT',
    fault: 'user',
    message:
      `${action}: stage ${draft.stage} (${draft.name}) computes an RDD that asks for ${formatCount(memoryMb)} MB (withResources), and executors have ${has} MB. ` +
      `Ask for at most ${formatCount(largest)} MB, or get larger executors: on AWS with levin deploy --memory-sizes, which takes up to 10240; with local-cluster[executors,cores,memoryMb] by its last number.`,
  });
}
