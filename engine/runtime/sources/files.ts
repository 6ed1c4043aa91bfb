import { errorCode, LevinError } from '../../errors/levin-error.ts';
import type { PlanNode } from '../../plan/stage-plan.ts';
import { BLOCK_HEADER_BYTES, parseBlock } from '../../records/block-format.ts';
import { decodeBodyLoading } from '../../records/decode-body.ts';
import { codecOf } from '../../types/file-format.ts';
import type { FilePartition, FileSplit } from '../../types/task.ts';
import { type Batch, bufferOnPrepare, concatStreams, type RecordStream } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';
import { csvRows } from './csv.ts';
import { corruptInput, wholeFile } from './decompress.ts';
import { jsonStream } from './json.ts';
import { readRange } from './read-range.ts';

/** One read of fixed-length records or blocks. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** The records of a partition of files. */
export function filesStream(task: TaskContext, { format }: Extract<PlanNode, { kind: 'files' }>, splits: FilePartition): RecordStream {
  switch (format.kind) {
    case 'wholeText':
      return pieces(task, splits, (split) => one(async () => [split.path, await textOf(task, split)]));
    case 'bytes':
      return pieces(task, splits, (split) => one(async () => [split.path, ownBytes(await wholeFile(split, null, task.deps))]));
    case 'records':
      return pieces(task, splits, (split) => fixedRecords(task, split, format.length));
    case 'csv':
      return pieces(task, splits, (split) => csvRows(task, split, format));
    case 'objects':
      return pieces(task, splits, (split) => blocks(task, split));
    case 'json':
      return concatStreams(splits.map((split) => () => jsonStream(task, split)));
  }
}

/** A stream that gives what a generator of batches gives, file by file. */
function pieces(
  task: TaskContext,
  splits: FilePartition,
  open: (split: FileSplit) => AsyncGenerator<Batch, void, undefined>,
): RecordStream {
  const { counters } = task;
  async function* all(): AsyncGenerator<Batch, void, undefined> {
    for (const split of splits) {
      counters.bytesRead += split.end - split.start;
      yield* open(split);
    }
  }
  const batches = all();
  return bufferOnPrepare({
    prepare: async () => undefined,
    async pull() {
      const { done, value } = await batches.next();
      if (done) return null;
      counters.recordsRead += value.length;
      return value;
    },
    close: async () => void (await batches.return(undefined)),
  });
}

async function* one(read: () => Promise<unknown>): AsyncGenerator<Batch, void, undefined> {
  yield [await read()];
}

async function textOf(task: TaskContext, split: FileSplit): Promise<string> {
  const bytes = Buffer.from(await wholeFile(split, codecOf(split.path), task.deps));
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return bytes.toString('utf8', marked ? 3 : 0);
  } catch (cause) {
    throw new LevinError({
      code: 'FILE_TOO_LARGE',
      fault: 'user',
      message: `${split.path} has ${bytes.length} bytes, more than fit into one string. Read it with textFile, line by line, or with binaryFiles.`,
      details: { path: split.path },
      cause,
    });
  }
}

async function* fixedRecords(task: TaskContext, split: FileSplit, length: number): AsyncGenerator<Batch, void, undefined> {
  const step = Math.max(1, Math.floor(CHUNK_BYTES / length)) * length;
  for (let start = split.start; start < split.end; start += step) {
    const end = Math.min(start + step, split.end);
    const bytes = await readRange(split, [start, end], task.deps);
    yield Array.from({ length: (end - start) / length }, (_, i) => bytes.slice(i * length, (i + 1) * length));
  }
}

/** Blocks follow each other; each says in its header how long it is. */
async function* blocks(task: TaskContext, file: FileSplit): AsyncGenerator<Batch, void, undefined> {
  const prepare = task.deps.prepare ?? (async () => undefined);
  for (let start = 0; start < file.size; ) {
    const head = await readRange(file, [start, Math.min(start + BLOCK_HEADER_BYTES, file.size)], task.deps);
    const length = head.length < BLOCK_HEADER_BYTES ? head.length : BLOCK_HEADER_BYTES + bodyLength(head);
    const bytes = await readRange(file, [start, Math.min(start + length, file.size)], task.deps);
    try {
      const records = await decodeBodyLoading(bytes, parseBlock(bytes, 0), { prepare });
      if (records.length > 0) yield records;
    } catch (error) {
      throw corruptInput(file, 'an object file of levin', { offset: start, cause: damageOf(error) });
    }
    start += length;
  }
}

/** What is wrong with a block, without the advice for blocks that a task could make again. */
function damageOf(error: unknown): unknown {
  if (errorCode(error) !== 'CORRUPT_DATA' || !(error instanceof Error)) return error;
  return new Error(error.message.replace(/^.* is damaged: /, '').replace(/\. Read it again.*$/, ''), { cause: error });
}

function bodyLength(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset, header.byteLength).getUint32(8);
}

/** Records own their memory: a whole file's bytes may be moved to another thread. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
