import { createBlockWriter } from '../../records/block-writer.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { KernelState, Terminal } from '../record-path/kernel.ts';
import { openChain } from '../record-path/open-node.ts';
import { runSegment } from '../record-path/run-segment.ts';
import type { Step } from '../record-path/step.ts';
import type { TaskContext } from '../task-context.ts';
import { blockOutput } from './task-output.ts';

export interface End {
  readonly terminal: Terminal;
  readonly steps?: readonly Step[];
  readonly state?: Partial<KernelState>;
}

/** Runs the task's partition through its loops to the end given. */
export async function runRecords(task: TaskContext, { terminal, steps = [], state = {} }: End): Promise<KernelState> {
  const segment = openChain(task, task.plan.nodes.length - 1, task.spec.partition, { terminal, steps, state });
  await runSegment(segment, task.deps);
  return segment.state;
}

/** Calls a function of ours with each record of the task's partition. */
export async function eachRecord(task: TaskContext, write: (record: unknown) => void): Promise<void> {
  await runRecords(task, { terminal: { kind: 'call' }, state: { w: write } });
}

/** A few records as the task's result. */
export async function recordsOutput(task: TaskContext, all: readonly unknown[]): Promise<TaskOutput> {
  const writer = createBlockWriter();
  for (const record of all) writer.push(record);
  return await blockOutput(writer, task);
}
