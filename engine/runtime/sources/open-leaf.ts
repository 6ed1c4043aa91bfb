import { LevinError } from '../../errors/levin-error.ts';
import type { PlanNode } from '../../plan/stage-plan.ts';
import { parseBlock } from '../../records/block-format.ts';
import { decodeBodyLoading } from '../../records/decode-body.ts';
import type { MapOutputSlice, ObjectRange } from '../../types/task.ts';
import { readShared } from '../read-shared.ts';
import { type Batch, lazyStream, type RecordStream } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';
import { filesStream } from './files.ts';
import { readShuffleIndexRow } from './shuffle-index.ts';
import { shuffleReadStream } from './shuffle-read.ts';
import { inputOf } from './task-input.ts';
import { textStream } from './text.ts';

/** The records of a leaf's partition, from where the task's inputs say. */
export function openLeaf(task: TaskContext, leaf: number, partition: number): RecordStream {
  const { counters, deps } = task;
  const input = inputOf(task, leaf, partition);
  switch (input.kind) {
    case 'slice':
      return lazyStream(() => readSlice(input.range, task));
    case 'split': {
      const onRead = (bytes: number, records: number): void => {
        counters.bytesRead += bytes;
        counters.recordsRead += records;
      };
      const { invalidUtf8 = 'replace' } = task.plan.nodes[leaf] as Extract<PlanNode, { kind: 'text' }>;
      return textStream(input.split, { files: deps.files, signal: deps.signal, spill: task.spill, onRead, invalidUtf8 });
    }
    case 'files':
      return filesStream(task, task.plan.nodes[leaf] as Extract<PlanNode, { kind: 'files' }>, input.splits);
    case 'shuffle':
      return openShuffle(task, async () => input.slices);
    case 'shuffleIndex': {
      const { objects, signal } = deps;
      return openShuffle(task, () =>
        readShared(input.indexKey, () => readShuffleIndexRow({ objects, key: input.indexKey, row: input.row, signal })),
      );
    }
    case 'block':
    case 'firstIndex':
      throw new LevinError({ code: 'INTERNAL', fault: 'internal', message: `Leaf ${leaf} of the plan got a ${input.kind} to read.` });
  }
}

function openShuffle({ counters, deps, spill }: TaskContext, locate: () => Promise<readonly MapOutputSlice[]>): RecordStream {
  const onRead = (bytes: number, records: number): void => {
    counters.shuffleBytesRead += bytes;
    counters.shuffleRecordsRead += records;
  };
  return shuffleReadStream(locate, {
    exchange: deps.exchange,
    memoryBytes: deps.memory.readAheadBytes,
    spill,
    signal: deps.signal,
    onRead,
  });
}

async function readSlice({ key, offset, length }: ObjectRange, { counters, deps }: TaskContext): Promise<Batch> {
  if (length === 0) return [];
  const records = await readShared(key, async () => {
    const bytes = await deps.objects.getRange(key, offset, offset + length, { signal: deps.signal });
    return await decodeBodyLoading(bytes, parseBlock(bytes, 0), { prepare: deps.prepare ?? (async () => undefined) });
  });
  counters.bytesRead += length;
  counters.recordsRead += records.length;
  return records;
}
