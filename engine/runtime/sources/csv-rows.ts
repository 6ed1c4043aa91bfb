import { LevinError } from '../../errors/levin-error.ts';
import type { CsvFormat } from '../../types/file-format.ts';
import type { Batch } from '../record-path/record-stream.ts';
import { showRecord } from '../record-path/show-record.ts';

/** Rows of one file on their way from the parser to records. */
export interface CsvRows {
  /** A row as it was parsed; `lines` is the parser's count of lines at its end. */
  add(fields: readonly (string | null)[], lines: number): void;
  /** The records since the last call. */
  take(): Batch;
  /** The line that the parser counts as `lines`. */
  lineOf(lines: number): number;
  /** The line in which the last row ended; 0 before the first. */
  lastLine(): number;
}

/** Checks rows against the header, or the first row, of their file, and makes records of them. */
export function createCsvRows(path: string, { header, mode, sep }: CsvFormat): CsvRows {
  const lines = createLineCount();
  let columns: readonly string[] | null = null;
  let expected = -1;
  let records: unknown[] = [];
  const give = (fields: readonly (string | null)[]): void => void records.push(columns === null ? fields : objectOf(columns, fields));
  return {
    add(fields, counted) {
      const line = lines.begin(fields, counted);
      if (expected === -1) {
        expected = fields.length;
        if (header)
          columns = checkColumns(
            fields.map((name) => name ?? ''),
            { path, line },
          );
        else give(fields);
      } else if (fields.length === expected) give(fields);
      else if (mode === 'FAILFAST') throw ragged(fields, { path, line, sep, expected, header });
      else if (mode === 'PERMISSIVE') give(Array.from({ length: expected }, (_, i) => fields[i] ?? null));
    },
    take() {
      const taken = records;
      records = [];
      return taken;
    },
    lineOf: lines.of,
    lastLine: lines.last,
  };
}

interface LineCount {
  /** The line in which a row begins. */
  begin(fields: readonly (string | null)[], counted: number): number;
  of(counted: number): number;
  last(): number;
}

/** The parser counts where rows end, and CR LF inside a quoted field as two lines. */
function createLineCount(): LineCount {
  let last = 0;
  let doubled = 0;
  return {
    begin(fields, counted) {
      const several = counted - last > 1;
      last = counted;
      if (!several) return counted - doubled;
      // The space keeps a CR at the end of one field and a LF at the beginning of the next apart.
      const breaks = fields.join(' ').match(/\r\n|\r|\n/g) ?? [];
      doubled += breaks.filter((end) => end === '\r\n').length;
      return counted - doubled - breaks.length;
    },
    of: (counted) => counted - doubled,
    last: () => last - doubled,
  };
}

function objectOf(columns: readonly string[], fields: readonly (string | null)[]): Readonly<Record<string, string | null>> {
  const record: Record<string, string | null> = {};
  for (let i = 0; i < columns.length; i++) {
    const name = columns[i] as string;
    const value = fields[i] as string | null;
    if (name !== '__proto__') record[name] = value;
    else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return record;
}

function checkColumns(names: readonly string[], { path, line }: { readonly path: string; readonly line: number }): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return names;
  throw new LevinError({
    code: 'CSV_DUPLICATE_COLUMN',
    fault: 'user',
    message: `${path}, line ${line}: the header names the column ${JSON.stringify(twice)} twice, and a record can have it once. Rename one of them, or read without a header.`,
    details: { path, line, column: twice },
  });
}

interface RaggedRow {
  readonly path: string;
  readonly line: number;
  readonly sep: string;
  readonly expected: number;
  readonly header: boolean;
}

function ragged(fields: readonly (string | null)[], { path, line, sep, expected, header }: RaggedRow): LevinError {
  const has = `${fields.length} ${fields.length === 1 ? 'column' : 'columns'}`;
  return new LevinError({
    code: 'CSV_RAGGED_ROW',
    fault: 'user',
    message: `${path}, line ${line}, has ${has}; the ${header ? 'header' : 'first row'} of the file has ${expected}. The row is ${showRecord(fields)}, separated by ${JSON.stringify(sep)}. Correct the file, or read it with mode PERMISSIVE, which fills up and cuts such rows, or DROPMALFORMED, which leaves them out.`,
    details: { path, line, columns: fields.length, expected },
  });
}
