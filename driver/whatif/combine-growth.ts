import type { StageProfile } from './run-profile.ts';
import type { CombineGrowth } from './scaled-run.ts';

/**
 * How what a stage writes grows with what one of its tasks reads, where it merges by key first; null where it does not.
 *
 * The profile has two points: the keys that one task found, and the keys that all of them found together, which their reader has counted.
 * ```
 *   keys of m tasks together = keys of one × m ^ exponent        (Heaps' law)
 * ```
 * Where nobody has counted, or there was one task, every record may have a key of its own: exponent 1.
 */
export function combineGrowth({ stage, shape, tasks }: StageProfile, stages: readonly StageProfile[]): CombineGrowth | null {
  if (shape.writes.kind !== 'shuffle' || !shape.writes.combines || tasks.length === 0) return null;
  const sum = (of: (task: StageProfile['tasks'][number]) => number): number => tasks.reduce((total, task) => total + of(task), 0);
  const written = sum(({ shuffleRecordsWritten }) => shuffleRecordsWritten);
  const records = written / tasks.length;
  return {
    taskBytes: sum(({ bytesRead, shuffleBytesRead }) => bytesRead + shuffleBytesRead) / tasks.length,
    records,
    bytesPerRecord: written === 0 ? 0 : sum(({ shuffleBytesWritten }) => shuffleBytesWritten) / written,
    exponent: exponentOf(records, { tasks: tasks.length, keys: countedKeys(stage, stages) }),
  };
}

function exponentOf(records: number, { tasks, keys }: { readonly tasks: number; readonly keys: number | null }): number {
  if (keys === null || tasks < 2 || records === 0) return 1;
  return Math.min(1, Math.max(0, Math.log(keys / records) / Math.log(tasks)));
}

/** By a reader of all its output, which merges the keys of no other stage. */
function countedKeys(stage: number, stages: readonly StageProfile[]): number | null {
  const merging = new Set(
    stages.flatMap(({ stage: each, shape: { writes } }) => (writes.kind === 'shuffle' && writes.combines ? [each] : [])),
  );
  for (const { shape, tasks } of stages) {
    const merged = shape.reads.flatMap((read) => (read.kind === 'shuffle' && merging.has(read.stage) ? [read.stage] : []));
    if (merged.length !== 1 || merged[0] !== stage || tasks.length < shape.partitions) continue;
    // Of a task that spilled some keys are in several runs.
    if (tasks.every(({ keys, spills }) => keys !== undefined && spills === 0)) return tasks.reduce((sum, { keys = 0 }) => sum + keys, 0);
  }
  return null;
}
