import { LevinError } from '../../errors/levin-error.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { lineOf } from './line-of.ts';
import { checksumText } from './task-output.ts';

export interface TextFileWriter {
  write(record: unknown): void;
  finish(): Promise<TaskOutput>;
}

/** Characters that are joined before they become bytes. */
const PIECE_CHARACTERS = 65_536;

/** One line for each record in the attempt's own file, `<folder>/part-00000-<attempt>`: who wins is decided later, by the manifest. */
export function openTextFile(folder: string, { spec, deps, counters }: TaskContext): TextFileWriter {
  const pieces: Uint8Array[] = [];
  let text = '';
  const cut = (): void => {
    pieces.push(Buffer.from(text, 'utf8'));
    text = '';
  };
  return {
    write(record) {
      text += lineText(record);
      counters.recordsWritten += 1;
      if (text.length >= PIECE_CHARACTERS) cut();
    },
    async finish() {
      cut();
      const bytes = Buffer.concat(pieces);
      const path = `${folder.replace(/\/+$/, '')}/part-${String(spec.partition).padStart(5, '0')}-${spec.attemptId}`;
      await deps.files.put(path.replace(/^\/+/, ''), bytes, { signal: deps.signal });
      counters.bytesWritten += bytes.length;
      return { kind: 'file', path, length: bytes.length, checksum: checksumText(bytes) };
    },
  };
}

function lineText(record: unknown): string {
  try {
    return `${lineOf(record)}\n`;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LevinError({
      code: 'RECORD_NOT_TEXT',
      fault: 'user',
      message: `saveAsTextFile cannot write a record as a line of text: ${why}. Map records to strings before.`,
      cause,
    });
  }
}
