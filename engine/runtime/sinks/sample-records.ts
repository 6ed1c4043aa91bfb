import type { Sink } from '../../plan/stage-plan.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { createReservoir } from './reservoir.ts';
import { eachRecord, recordsOutput } from './run-records.ts';

/** As many records as the driver drew for this partition. Each partition has random numbers of its own, the same when it runs again. */
export async function sampleRecords(task: TaskContext, sink: Extract<Sink, { kind: 'sampleRecords' }>): Promise<TaskOutput> {
  const size = sink.sizes[task.spec.partition] as number;
  const random = task.deps.random.seeded(`${sink.seed}/${task.spec.partition}`);
  const sample: { offer(record: unknown): void; readonly sample: readonly unknown[] } = sink.withReplacement
    ? createDraws(size, random)
    : createReservoir(size, random);
  if (size > 0) await eachRecord(task, sample.offer);
  return await recordsOutput(task, sample.sample);
}

/** `size` independent uniform draws from a stream whose length nobody knows: draw j is the last record that replaced it. */
function createDraws(size: number, random: () => number): { offer(record: unknown): void; readonly sample: readonly unknown[] } {
  const sample: unknown[] = [];
  let count = 0;
  return {
    sample,
    offer(record) {
      count += 1;
      if (count === 1) {
        for (let i = 0; i < size; i++) sample.push(record);
        return;
      }
      // Each draw is replaced with probability 1/count; the distance to the next one that is, is geometric.
      const scale = Math.log1p(-1 / count);
      const skip = (): number => Math.floor(Math.log1p(-random()) / scale);
      for (let i = skip(); i < size; i += 1 + skip()) sample[i] = record;
    },
  };
}
