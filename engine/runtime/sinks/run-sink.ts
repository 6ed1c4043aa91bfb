import type { Sink } from '../../plan/stage-plan.ts';
import { createBlockWriter } from '../../records/block-writer.ts';
import { compareKeys } from '../../records/compare-keys.ts';
import { decodeValue } from '../../records/value.ts';
import { objectKeys } from '../../types/keys.ts';
import type { TaskOutput } from '../../types/task.ts';
import { closureOf, combinerOf } from '../record-path/combiner.ts';
import type { KernelState, Terminal } from '../record-path/kernel.ts';
import { openChain } from '../record-path/open-node.ts';
import { pairOf } from '../record-path/pairs.ts';
import { runSegment } from '../record-path/run-segment.ts';
import { refOf, type Step } from '../record-path/step.ts';
import type { TaskContext } from '../task-context.ts';
import { createBoundedHeap } from './bounded-heap.ts';
import { createReservoir } from './reservoir.ts';
import { openTextFile } from './save-as-text.ts';
import { blockOutput } from './task-output.ts';

type SinkOf<K extends Sink['kind']> = Extract<Sink, { readonly kind: K }>;

/** Computes the task's partition into its sink. */
export async function runSink(task: TaskContext): Promise<TaskOutput> {
  const { sink } = task.plan;
  switch (sink.kind) {
    case 'collect': {
      const writer = createBlockWriter();
      await runInto(task, (record) => writer.push(record));
      return await blockOutput(writer, task);
    }
    case 'count':
      return await records(task, [(await run(task, { terminal: { kind: 'count' } })).n]);
    case 'take':
      return await records(task, sink.n === 0 ? [] : (await run(task, { terminal: { kind: 'stop' }, state: { lim: sink.n } })).out);
    case 'reduce': {
      const state = await run(task, { terminal: { kind: 'reduce', fn: sink.fn, ref: refOf(sink.fn, task.infos) } });
      return await records(task, state.n === 0 ? [] : [state.acc]);
    }
    case 'foreach': {
      const step: Step = { kind: 'each', fn: sink.fn, concurrency: sink.concurrency ?? 1, ref: refOf(sink.fn, task.infos) };
      await run(task, { terminal: { kind: 'drop' }, steps: [step] });
      return { kind: 'none', checksum: '' };
    }
    case 'takeOrdered':
      return await takeOrdered(task, sink);
    case 'sampleKeys':
      return await sampleKeys(task, sink);
    case 'saveAsTextFile': {
      const file = openTextFile(sink.path, task);
      await runInto(task, (record) => file.write(record));
      return await file.finish();
    }
    case 'shuffleWrite':
      return await shuffleWrite(task, sink);
  }
}

interface End {
  readonly terminal: Terminal;
  readonly steps?: readonly Step[];
  readonly state?: Partial<KernelState>;
}

async function run(task: TaskContext, { terminal, steps = [], state = {} }: End): Promise<KernelState> {
  const segment = openChain(task, task.plan.nodes.length - 1, task.spec.partition, { terminal, steps, state });
  await runSegment(segment, task.deps);
  return segment.state;
}

async function runInto(task: TaskContext, write: (record: unknown) => void): Promise<void> {
  await run(task, { terminal: { kind: 'call' }, state: { w: write } });
}

async function records(task: TaskContext, all: readonly unknown[]): Promise<TaskOutput> {
  const writer = createBlockWriter();
  for (const record of all) writer.push(record);
  return await blockOutput(writer, task);
}

async function takeOrdered(task: TaskContext, { n, key }: SinkOf<'takeOrdered'>): Promise<TaskOutput> {
  const keyOf = key === null ? (record: unknown): unknown => record : closureOf(key, task);
  const heap = createBoundedHeap<readonly [key: unknown, record: unknown]>(n, (a, b) => compareKeys(a[0], b[0]));
  await runInto(task, (record) => heap.offer([keyOf(record), record]));
  return await records(
    task,
    heap.drain().map(([, record]) => record),
  );
}

/** Each partition has random numbers of its own, the same ones whenever the task runs again. */
async function sampleKeys(task: TaskContext, { size, seed }: SinkOf<'sampleKeys'>): Promise<TaskOutput> {
  const reservoir = createReservoir<unknown>(size, task.deps.random.seeded(`${seed}/${task.spec.partition}`));
  await runInto(task, (record) => reservoir.offer(pairOf(record, { operation: 'sortByKey', site: null }, task.place)[0]));
  return await records(task, [[reservoir.count, reservoir.sample]]);
}

async function shuffleWrite(task: TaskContext, { partitioner, combine }: SinkOf<'shuffleWrite'>): Promise<TaskOutput> {
  const { spec, deps, counters } = task;
  const writer = deps.exchange.openWriter({
    key: objectKeys.shuffle(spec.appId, spec.stageId, spec.partition, spec.attemptId),
    partitioner,
    bounds: spec.bounds === null ? [] : (decodeValue(spec.bounds) as readonly unknown[]),
    combine: combine === null ? null : combinerOf(combine, task),
    seed: roundRobinStart(spec.stageId, spec.partition),
    signal: deps.signal,
  });
  await runInto(task, (record) => writer.write(record));
  const { key, offsets, checksum, records: written, bytes } = await writer.finish();
  counters.shuffleRecordsWritten += written;
  counters.shuffleBytesWritten += bytes;
  return { kind: 'shuffle', key, offsets, checksum };
}

/** FNV-1a of stage and partition: neighbouring map tasks begin at different reducers, and a task that runs again at the same one. */
function roundRobinStart(stageId: string, partition: number): number {
  let hash = 0x811c9dc5;
  for (const unit of `${stageId}/${partition}`) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
