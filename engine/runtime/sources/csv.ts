import type { Options, Parser } from 'csv-parse';
import { errorCode, LevinError } from '../../errors/levin-error.ts';
import { type CsvFormat, codecOf } from '../../types/file-format.ts';
import type { FileSplit } from '../../types/task.ts';
import type { Batch } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';
import { type CsvRows, createCsvRows } from './csv-rows.ts';
import { decompressedChunks } from './decompress.ts';
import { createChunkReader } from './text.ts';
import { createUtf8Check } from './utf8-check.ts';

/** Bytes that are parsed before their records are given on: `first()` need not wait for a whole read. */
const PIECE_BYTES = 64 * 1024;

/** The rows of one file, from its beginning to its end. */
export async function* csvRows({ deps }: TaskContext, file: FileSplit, format: CsvFormat): AsyncGenerator<Batch, void, undefined> {
  // Jobs that read no CSV do not load the parser.
  const { parse } = await import('csv-parse');
  const rows = createCsvRows(file.path, format);
  const utf8 = format.invalidUtf8 === 'fail' ? createUtf8Check(file.path) : null;
  const parser = parse(optionsOf(format, rows));
  // Failures come through the callbacks of write and end.
  parser.on('error', () => undefined);
  const codec = codecOf(file.path);
  const reader = codec === null ? createChunkReader(file, deps) : decompressedChunks(file, codec, deps);
  const settled = async (call: (done: (error?: Error | null) => void) => void): Promise<Batch> => {
    const error = await new Promise<Error | null | undefined>((resolve) => call(resolve));
    if (error) throw error instanceof LevinError ? error : notCsv(error, { path: file.path, parser, rows });
    return rows.take();
  };
  try {
    for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        deps.signal.throwIfAborted();
        const piece = Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.length - at));
        utf8?.feed(piece);
        const records = await settled((done) => parser.write(piece, done));
        if (records.length > 0) yield records;
      }
    }
    utf8?.end();
    const last = await settled((done) => parser.end(done));
    if (last.length > 0) yield last;
  } finally {
    reader.stop();
    parser.destroy();
  }
}

/** The parser's own output stays empty: `on_record` takes each row where it is parsed, so that a write is done when its rows are. */
function optionsOf({ sep, mode, nullValue, ...format }: CsvFormat, rows: CsvRows): Options {
  return {
    bom: true,
    delimiter: sep,
    quote: format.quote,
    escape: format.escape,
    comment: format.comment,
    comment_no_infix: true,
    // A list, for files may mix them; the longest first.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: mode !== 'FAILFAST',
    // Called for each field: only where it has something to say.
    ...(nullValue === undefined ? {} : { cast: nullsOf(nullValue) }),
    on_record(fields: (string | null)[], { lines }) {
      rows.add(fields, lines);
      return null;
    },
  };
}

/** A field in quotes is text, whatever it is: so what saveAsCsvFile wrote comes back. */
function nullsOf(nullValue: string): (value: string, context: { readonly quoting: boolean }) => string | null {
  return (value, { quoting }) => (!quoting && (value === '' || value === nullValue) ? null : value);
}

interface BrokenFile {
  readonly path: string;
  readonly parser: Parser;
  readonly rows: CsvRows;
}

function notCsv(cause: Error, { path, parser, rows }: BrokenFile): LevinError {
  const open = errorCode(cause) === 'CSV_QUOTE_NOT_CLOSED';
  const line = open ? rows.lastLine() : rows.lineOf(parser.info.lines);
  const what = open ? `a quoted field that begins after line ${line} has no end` : `about line ${line}, ${reasonOf(cause)}`;
  const permissive = open ? '' : ', and mode PERMISSIVE takes those inside fields as they are';
  return new LevinError({
    code: 'INVALID_CSV',
    fault: 'user',
    message: `${path} is not CSV: ${what}. Are the options sep, quote and escape right? With quote '' quotes mean nothing${permissive}.`,
    details: { path, line },
    cause,
  });
}

function reasonOf(cause: Error): string {
  switch (errorCode(cause)) {
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'a quoted field goes on after its closing quote';
    case 'INVALID_OPENING_QUOTE':
      return 'a quote stands inside a field that does not begin with one';
    default:
      return cause.message;
  }
}
