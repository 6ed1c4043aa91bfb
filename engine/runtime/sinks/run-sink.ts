import type { Sink } from '../../plan/stage-plan.ts';
import { createBlockWriter } from '../../records/block-writer.ts';
import { compareKeys } from '../../records/compare-keys.ts';
import { decodeValue } from '../../records/value.ts';
import { objectKeys } from '../../types/keys.ts';
import type { TaskOutput } from '../../types/task.ts';
import { closureOf, combinerOf } from '../record-path/combiner.ts';
import { pairOf } from '../record-path/pairs.ts';
import { refOf, type Step } from '../record-path/step.ts';
import type { TaskContext } from '../task-context.ts';
import { createBoundedHeap } from './bounded-heap.ts';
import { bucketCounts } from './bucket-counts.ts';
import { countValues } from './count-values.ts';
import { distinctSketch } from './distinct-sketch.ts';
import { foldRecords } from './fold-records.ts';
import { foreachPartition } from './foreach-partition.ts';
import { momentsOfRecords } from './moments-of-records.ts';
import { createReservoir } from './reservoir.ts';
import { eachRecord, recordsOutput, runRecords } from './run-records.ts';
import { sampleRecords } from './sample-records.ts';
import { saveCsv } from './save-csv.ts';
import { saveLines } from './save-lines.ts';
import { saveObjects } from './save-objects.ts';
import { blockOutput } from './task-output.ts';

type SinkOf<K extends Sink['kind']> = Extract<Sink, { readonly kind: K }>;

/** Computes the task's partition into its sink. */
export async function runSink(task: TaskContext): Promise<TaskOutput> {
  const { sink } = task.plan;
  switch (sink.kind) {
    case 'collect': {
      const writer = createBlockWriter();
      await eachRecord(task, (record) => writer.push(record));
      return await blockOutput(writer, task);
    }
    case 'count':
      return await recordsOutput(task, [(await runRecords(task, { terminal: { kind: 'count' } })).n]);
    case 'take':
      return await recordsOutput(
        task,
        sink.n === 0 ? [] : (await runRecords(task, { terminal: { kind: 'stop' }, state: { lim: sink.n } })).out,
      );
    case 'reduce': {
      const state = await runRecords(task, { terminal: { kind: 'reduce', fn: sink.fn, ref: refOf(sink.fn, task.infos) } });
      return await recordsOutput(task, state.n === 0 ? [] : [state.acc]);
    }
    case 'foreach': {
      const step: Step = { kind: 'each', fn: sink.fn, concurrency: sink.concurrency ?? 1, ref: refOf(sink.fn, task.infos) };
      await runRecords(task, { terminal: { kind: 'drop' }, steps: [step] });
      return { kind: 'none', checksum: '' };
    }
    case 'foreachPartition':
      return await foreachPartition(task, sink.fn);
    case 'fold':
      return await foldRecords(task, sink);
    case 'takeOrdered':
      return await takeOrdered(task, sink);
    case 'countValues':
      return await countValues(task);
    case 'moments':
      return await momentsOfRecords(task, sink.skipMissing === true);
    case 'bucketCounts':
      return await bucketCounts(task, sink.bounds);
    case 'distinctSketch':
      return await distinctSketch(task, sink.precision);
    case 'sampleRecords':
      return await sampleRecords(task, sink);
    case 'sampleKeys':
      return await sampleKeys(task, sink);
    case 'saveAsTextFile':
    case 'saveAsJsonFile':
      return await saveLines(task, sink);
    case 'saveAsCsvFile':
      return await saveCsv(task, sink);
    case 'saveAsObjectFile':
      return await saveObjects(task, sink.path);
    case 'shuffleWrite':
      return await shuffleWrite(task, sink);
  }
}

async function takeOrdered(task: TaskContext, { n, key, descending }: SinkOf<'takeOrdered'>): Promise<TaskOutput> {
  const keyOf = key === null ? (record: unknown): unknown => record : closureOf(key, task);
  const heap = createBoundedHeap<readonly [key: unknown, record: unknown]>(n, (a, b) =>
    descending === true ? compareKeys(b[0], a[0]) : compareKeys(a[0], b[0]),
  );
  await eachRecord(task, (record) => heap.offer([keyOf(record), record]));
  return await recordsOutput(
    task,
    heap.drain().map(([, record]) => record),
  );
}

/** Each partition has random numbers of its own, the same ones whenever the task runs again. */
async function sampleKeys(task: TaskContext, { size, seed }: SinkOf<'sampleKeys'>): Promise<TaskOutput> {
  const reservoir = createReservoir<unknown>(size, task.deps.random.seeded(`${seed}/${task.spec.partition}`));
  await eachRecord(task, (record) => reservoir.offer(pairOf(record, { operation: 'sortByKey', site: null }, task.place)[0]));
  return await recordsOutput(task, [[reservoir.count, reservoir.sample]]);
}

async function shuffleWrite(task: TaskContext, { partitioner, combine }: SinkOf<'shuffleWrite'>): Promise<TaskOutput> {
  const { spec, deps, counters } = task;
  const writer = deps.exchange.openWriter({
    key: objectKeys.shuffle(spec.appId, spec.stageId, spec.partition, spec.attemptId),
    partitioner,
    bounds: spec.bounds === null ? [] : (decodeValue(spec.bounds) as readonly unknown[]),
    partitionOf: partitioner.kind === 'custom' ? closureOf(partitioner.fn, task) : null,
    combine: combine === null ? null : await combinerOf(combine, task),
    scratch: deps.scratch,
    memoryBytes: task.spill.shareBytes,
    seed: partitioner.kind === 'gather' ? spec.partition : roundRobinStart(spec.stageId, spec.partition),
    signal: deps.signal,
  });
  await eachRecord(task, (record) => writer.write(record));
  const { key, offsets, checksum, ...written } = await writer.finish();
  counters.shuffleRecordsWritten += written.records;
  counters.shuffleBytesWritten += written.bytes;
  counters.spills += written.spills;
  counters.memoryBytesSpilled += written.memoryBytesSpilled;
  counters.diskBytesSpilled += written.diskBytesSpilled;
  return { kind: 'shuffle', key, offsets, checksum };
}

/** FNV-1a of stage and partition: neighbouring map tasks begin at different reducers, and a task that runs again at the same one. */
function roundRobinStart(stageId: string, partition: number): number {
  let hash = 0x811c9dc5;
  for (const unit of `${stageId}/${partition}`) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
