import { LevinError } from '../../errors/levin-error.ts';
import type { Sink } from '../../plan/stage-plan.ts';
import type { TaskOutput } from '../../types/task.ts';
import { markSettled } from '../record-path/user-error.ts';
import type { TaskContext } from '../task-context.ts';
import { jsonLineOf, lineOf } from './line-of.ts';
import { openPartFile } from './part-file.ts';
import { eachRecord } from './run-records.ts';

/** Characters that are joined before they become bytes. */
const PIECE_CHARACTERS = 65_536;

type LinesSink = Extract<Sink, { kind: 'saveAsTextFile' | 'saveAsJsonFile' }>;

/** One line for each record. */
export async function saveLines(task: TaskContext, { kind, path, codec = null }: LinesSink): Promise<TaskOutput> {
  const part = openPartFile(task, { folder: path, extension: kind === 'saveAsJsonFile' ? '.json' : '', codec });
  const toLine = kind === 'saveAsTextFile' ? lineOf : jsonLineOf;
  let text = '';
  const cut = (): void => {
    part.write(Buffer.from(text, 'utf8'));
    text = '';
  };
  await eachRecord(task, (record) => {
    text += lineText(kind, toLine, record);
    task.counters.recordsWritten += 1;
    if (text.length >= PIECE_CHARACTERS) cut();
  });
  cut();
  return await part.finish();
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
