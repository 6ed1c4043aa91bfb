import { LevinError } from '../../errors/levin-error.ts';
import type { Sink } from '../../plan/stage-plan.ts';
import { extensionOf } from '../../types/file-format.ts';
import type { TaskOutput } from '../../types/task.ts';
import { markSettled } from '../record-path/user-error.ts';
import type { TaskContext } from '../task-context.ts';
import { compressed } from './compressed.ts';
import { jsonLineOf, lineOf } from './line-of.ts';
import { writePartFile } from './part-file.ts';
import { eachRecord } from './run-records.ts';

/** Characters that are joined before they become bytes. */
const PIECE_CHARACTERS = 65_536;

type LinesSink = Extract<Sink, { kind: 'saveAsTextFile' | 'saveAsJsonFile' }>;

/** One line for each record, compressed as a whole when a codec is asked for. */
export async function saveLines(task: TaskContext, { kind, path, codec = null }: LinesSink): Promise<TaskOutput> {
  const pieces: Uint8Array[] = [];
  const toLine = kind === 'saveAsTextFile' ? lineOf : jsonLineOf;
  let text = '';
  const cut = (): void => {
    pieces.push(Buffer.from(text, 'utf8'));
    text = '';
  };
  await eachRecord(task, (record) => {
    text += lineText(kind, toLine, record);
    task.counters.recordsWritten += 1;
    if (text.length >= PIECE_CHARACTERS) cut();
  });
  cut();
  const extension = `${kind === 'saveAsJsonFile' ? '.json' : ''}${extensionOf(codec)}`;
  return await writePartFile(task, { folder: path, extension, bytes: compressed(Buffer.concat(pieces), codec) });
}

function lineText(operation: LinesSink['kind'], toLine: (record: unknown) => string, record: unknown): string {
  try {
    return `${toLine(record)}\n`;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = operation === 'saveAsTextFile' ? 'a line of text' : 'JSON';
    const remedy = operation === 'saveAsTextFile' ? 'strings' : 'plain data';
    throw markSettled(
      new LevinError({
        code: 'RECORD_NOT_TEXT',
        fault: 'user',
        message: `${operation} cannot write a record as ${what}: ${why}. Map records to ${remedy} before.`,
        cause,
      }),
    );
  }
}
