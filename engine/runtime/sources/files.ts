import { constants } from 'node:buffer';
import { errorCode, LevinError } from '../../errors/levin-error.ts';
import type { PlanNode } from '../../plan/stage-plan.ts';
import { createBlockAssembler } from '../../records/block-assembler.ts';
import { decodeBodyLoading } from '../../records/decode-body.ts';
import { codecOf, type InvalidUtf8 } from '../../types/file-format.ts';
import type { FilePartition, FileSplit } from '../../types/task.ts';
import { type Batch, bufferOnPrepare, concatStreams, MAX_BATCH, type RecordStream } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';
import { csvRows } from './csv.ts';
import { corruptInput, wholeFile } from './decompress.ts';
import { jsonStream } from './json.ts';
import { readRange } from './read-range.ts';
import { createChunkReader } from './text.ts';
import { checkUtf8 } from './utf8-check.ts';

/** One read of fixed-length records. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** The records of a partition of files. */
export function filesStream(task: TaskContext, { format }: Extract<PlanNode, { kind: 'files' }>, splits: FilePartition): RecordStream {
  switch (format.kind) {
    case 'wholeText':
      return pieces(task, splits, (split) => one(async () => [split.path, await textOf(task, split, format.invalidUtf8)]));
    case 'bytes':
      return pieces(task, splits, (split) => one(async () => [split.path, ownBytes(await readRange(split, [0, split.size], task.deps))]));
    case 'records':
      return pieces(task, splits, (split) => fixedRecords(task, split, format.length));
    case 'csv':
      return pieces(task, splits, (split) => csvRows(task, split, format));
    case 'objects':
      return pieces(task, splits, (split) => blocks(task, split));
    case 'json':
      return concatStreams(splits.map((split) => () => jsonStream(task, split, format.invalidUtf8)));
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
  const stream: RecordStream = {
    prepare: async () => undefined,
    async pull() {
      const { done, value } = await batches.next();
      if (done) return null;
      counters.recordsRead += value.length;
      return value;
    },
    close: async () => void (await batches.return(undefined)),
  };
  return bufferOnPrepare(stream, task.spill);
}

async function* one(read: () => Promise<unknown>): AsyncGenerator<Batch, void, undefined> {
  yield [await read()];
}

async function textOf(task: TaskContext, split: FileSplit, invalidUtf8: InvalidUtf8 = 'replace'): Promise<string> {
  const codec = codecOf(split.path);
  const maxBytes = constants.MAX_STRING_LENGTH;
  if (codec === null && split.size > maxBytes) throw fileTooLarge(split, maxBytes);
  const { buffer, byteOffset, byteLength } = await wholeFile(split, codec, { ...task.deps, maxBytes });
  if (byteLength > maxBytes) throw fileTooLarge(split, maxBytes);
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (invalidUtf8 === 'fail') checkUtf8(split.path, bytes, 0);
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', marked ? 3 : 0);
}

function fileTooLarge({ path }: FileSplit, maxBytes: number): LevinError {
  return new LevinError({
    code: 'FILE_TOO_LARGE',
    fault: 'user',
    message: `${path} has more than ${maxBytes} bytes of text, which do not fit into one string. Read it with textFile, line by line.`,
    details: { path },
  });
}

async function* fixedRecords(task: TaskContext, split: FileSplit, length: number): AsyncGenerator<Batch, void, undefined> {
  const step = Math.max(1, Math.floor(CHUNK_BYTES / length)) * length;
  for (let start = split.start; start < split.end; start += step) {
    const end = Math.min(start + step, split.end);
    const bytes = await readRange(split, [start, end], task.deps);
    for (let at = 0; at < bytes.length; at += MAX_BATCH * length) {
      const count = Math.min(MAX_BATCH, (bytes.length - at) / length);
      yield Array.from({ length: count }, (_, i) => bytes.slice(at + i * length, at + (i + 1) * length));
    }
  }
}

/** Blocks follow each other; each says in its header how long it is. */
async function* blocks({ deps }: TaskContext, file: FileSplit): AsyncGenerator<Batch, void, undefined> {
  const prepare = deps.prepare ?? (async () => undefined);
  const reader = createChunkReader(file, deps);
  const assembler = createBlockAssembler();
  let read = 0;
  /** Where in the file the bytes begin that the assembler has. */
  let base = 0;
  try {
    for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
      base = read - assembler.waitingBytes;
      read += chunk.length;
      const arrived = assembler.take(chunk, file.size - read);
      for (const block of arrived.blocks) {
        const records = await decodeBodyLoading(arrived.bytes, block, { prepare });
        if (records.length > 0) yield records;
      }
    }
  } catch (error) {
    throw damaged(file, base, error);
  } finally {
    reader.stop();
  }
}

/** What is wrong with a block, without the advice for blocks that a task could make again. */
function damaged(file: FileSplit, base: number, error: unknown): unknown {
  if (errorCode(error) !== 'CORRUPT_DATA' || !(error instanceof LevinError)) return error;
  const why = error.message.replace(/^.* is damaged: /, '').replace(/\. Read it again.*$/, '');
  const offset = base + Number(error.details['start']);
  return corruptInput(file, 'an object file of levin', { offset, cause: new Error(why, { cause: error }) });
}

/** Records own their memory: a whole file's bytes may be moved to another thread. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
