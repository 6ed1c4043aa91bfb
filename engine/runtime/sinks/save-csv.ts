import { LevinError } from '../../errors/levin-error.ts';
import type { Sink } from '../../plan/stage-plan.ts';
import type { TaskOutput } from '../../types/task.ts';
import { showRecord } from '../record-path/show-record.ts';
import { markSettled } from '../record-path/user-error.ts';
import type { TaskContext } from '../task-context.ts';
import { lineOf } from './line-of.ts';
import { openPartFile } from './part-file.ts';
import { eachRecord } from './run-records.ts';

/** Rows that are joined before they become bytes. */
const PIECE_ROWS = 1024;

type CsvSink = Extract<Sink, { kind: 'saveAsCsvFile' }>;

/** A field that is written as it is. */
interface Raw {
  readonly raw: string;
}

/** An empty field is one without a value; the quotes around an empty string tell them apart. A mark of byte order would be lost without quotes. */
const QUOTED = [/^$/, /^\ufeff/];

/** One row for each record. */
export async function saveCsv(task: TaskContext, { path, header, sep, codec, nullValue = '', emptyValue }: CsvSink): Promise<TaskOutput> {
  // Jobs that write no CSV do not load it.
  const { stringify } = await import('csv-stringify/sync');
  const part = openPartFile(task, { folder: path, extension: '.csv', codec });
  const shape = createRowShape(header);
  const quoted = nullValue === '' ? QUOTED : [...QUOTED, new RegExp(`^${nullValue.replace(/[$(-+./?[-^{-}]/g, '\\$&')}$`)];
  const textsOf = textsWith(nullValue, emptyValue);
  let rows: unknown[][] = [];
  const cut = (): void => {
    part.write(Buffer.from(stringify(rows, { delimiter: sep, quoted_match: quoted, cast: { object: asItIs } }), 'utf8'));
    rows = [];
  };
  await eachRecord(task, (record) => {
    const first = shape.names() === null;
    const fields = shape.fieldsOf(record);
    if (header && first) rows.push(textsOf(shape.names() ?? []));
    rows.push(textsOf(fields));
    task.counters.recordsWritten += 1;
    if (rows.length >= PIECE_ROWS) cut();
  });
  cut();
  return await part.finish();
}

/** A line without anything would be no row to a reader: a row of one empty field is a pair of quotes. */
function textsWith(nullValue: string, emptyValue: string | undefined): (fields: readonly unknown[]) => (string | Raw)[] {
  const written = (text: string, fields: readonly unknown[]): string | Raw => (text === '' && fields.length === 1 ? '' : { raw: text });
  return (fields) =>
    fields.map((value) => {
      if (value === null || value === undefined) return written(nullValue, fields);
      const text = lineOf(value);
      return text === '' && emptyValue !== undefined ? written(emptyValue, fields) : text;
    });
}

function asItIs(field: object): { readonly value: string; readonly quoted: false; readonly quoted_match: null } {
  return { value: (field as Raw).raw, quoted: false, quoted_match: null };
}

interface RowShape {
  fieldsOf(record: unknown): readonly unknown[];
  /** null before the first record, and for arrays. */
  names(): readonly string[] | null;
}

/** All rows of a file have the shape of its first one. */
function createRowShape(header: boolean): RowShape {
  let names: readonly string[] | null = null;
  let width = -1;
  const begin = (record: unknown): void => {
    if (typeof record !== 'object' || record === null) throw notCsv(record, 'it is neither an array nor an object');
    if (Array.isArray(record) && header) throw notCsv(record, 'an array has no names for the header');
    if (!Array.isArray(record)) names = Object.keys(record);
    width = names?.length ?? (record as readonly unknown[]).length;
    if (width === 0) throw notCsv(record, 'it has no fields');
  };
  return {
    fieldsOf(record) {
      if (width === -1) begin(record);
      if (names === null) {
        if (!Array.isArray(record)) throw notCsv(record, 'it is no array, as the first record of its partition is');
        if (record.length !== width)
          throw notCsv(record, `it has ${fieldCount(record.length)}, the first record of its partition ${width}`);
        return record;
      }
      if (typeof record !== 'object' || record === null || Array.isArray(record))
        throw notCsv(record, 'it is no object with fields, as the first record of its partition is');
      const missing = names.find((name) => !Object.hasOwn(record, name));
      if (missing !== undefined)
        throw notCsv(record, `it has no field ${JSON.stringify(missing)}, as the first record of its partition has`);
      const further = Object.keys(record).length > width ? Object.keys(record).find((name) => !names?.includes(name)) : undefined;
      if (further !== undefined)
        throw notCsv(record, `it has a field ${JSON.stringify(further)}, which the first record of its partition has not`);
      return names.map((name) => (record as Readonly<Record<string, unknown>>)[name]);
    },
    names: () => names,
  };
}

function fieldCount(count: number): string {
  return count === 1 ? '1 field' : `${count} fields`;
}

function notCsv(record: unknown, why: string): unknown {
  return markSettled(
    new LevinError({
      code: 'RECORD_NOT_CSV',
      fault: 'user',
      message: `saveAsCsvFile cannot write the record ${showRecord(record)}: ${why}. Map records to arrays of one length, or to objects with the same fields, before.`,
    }),
  );
}
