import { LevinError } from '../../errors/levin-error.ts';
import type { InvalidUtf8 } from '../../types/file-format.ts';
import type { FileSplit } from '../../types/task.ts';
import type { Batch, RecordStream } from '../record-path/record-stream.ts';
import { showRecord } from '../record-path/show-record.ts';
import type { TaskContext } from '../task-context.ts';
import { textStream } from './text.ts';

/** One JSON value a line; empty lines are none. */
export function jsonStream(
  { counters, deps, spill, badRecords }: TaskContext,
  split: FileSplit,
  invalidUtf8: InvalidUtf8 = 'replace',
): RecordStream {
  const onRead = (bytes: number, records: number): void => {
    counters.bytesRead += bytes;
    counters.recordsRead += records;
  };
  const lines = textStream(split, { files: deps.files, signal: deps.signal, spill, onRead, invalidUtf8 });
  let line = 0;
  const parse = (batch: Batch | null): Batch | null => {
    if (batch === null) return null;
    const records: unknown[] = [];
    for (const text of batch as readonly string[]) {
      line += 1;
      if (text.trim() === '') continue;
      try {
        records.push(parseLine(text, line, split));
      } catch (thrown) {
        if (badRecords === null) throw thrown;
        badRecords.leaveOut({ record: text, thrown, ref: { operation: 'jsonFile', site: null } });
      }
    }
    return records;
  };
  /** A batch of empty lines only gives no record: the next one is asked for. */
  const pull = (max: number): Batch | null | Promise<Batch | null> => {
    for (;;) {
      const batch = lines.pull(max);
      if (batch instanceof Promise) return batch.then(parse).then((records) => (records?.length === 0 ? pull(max) : records));
      const records = parse(batch);
      if (records?.length !== 0) return records;
    }
  };
  return { prepare: () => lines.prepare(), pull, close: () => lines.close() };
}

function parseLine(text: string, line: number, split: FileSplit): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const where = split.start === 0 ? `line ${line}` : `line ${line} after byte ${split.start}`;
    throw new LevinError({
      code: 'INVALID_JSON',
      fault: 'user',
      message: `${split.path}, ${where}, is not JSON: ${cause instanceof Error ? cause.message : String(cause)}. The line is ${showRecord(text)}. jsonFile reads one JSON value a line.`,
      details: { path: split.path, line, start: split.start },
      cause,
    });
  }
}
