import { LevinError } from '../../engine/errors/levin-error.ts';
import { describeValue } from '../../engine/records/describe-value.ts';
import type { CsvFormat, CsvMode, CsvOutput } from '../../engine/types/file-format.ts';
import { checkTextOptions } from './text-options.ts';
import type { CsvReadOptions, CsvWriteOptions } from './types.ts';

const MODES: readonly CsvMode[] = ['FAILFAST', 'PERMISSIVE', 'DROPMALFORMED'];

/** Options of a CSV source, complete. */
export function checkCsvFormat(operation: string, options: CsvReadOptions): CsvFormat {
  const quote = options.quote === '' ? null : checkCharacter(operation, 'quote', options.quote ?? '"');
  const escapeWith = quote === null ? null : checkCharacter(operation, 'escape', options.escape ?? quote);
  const comment = options.comment === undefined ? null : checkCharacter(operation, 'comment', options.comment);
  const sep = checkSeparator(operation, options.sep, quote);
  const { minPartitions: _, ...utf8 } = checkTextOptions(operation, options);
  const format: CsvFormat = {
    kind: 'csv',
    header: checkFlag(operation, 'header', options.header),
    sep,
    quote,
    escape: escapeWith,
    comment,
    mode: checkMode(operation, options.mode),
    ...(options.nullValue === undefined ? {} : { nullValue: checkValue(operation, { nullValue: options.nullValue }, sep) }),
    ...utf8,
  };
  if (comment !== null && (comment === quote || format.sep.startsWith(comment)))
    throw invalid(
      operation,
      `comment is ${describeValue(comment)}, as is ${comment === quote ? 'the quote' : 'the separator'}; they must differ.`,
    );
  return format;
}

/** Options of a CSV sink, complete. */
export function checkCsvOutput(operation: string, options: CsvWriteOptions): CsvOutput {
  const header = checkFlag(operation, 'header', options.header);
  const sep = checkSeparator(operation, options.sep, '"');
  const { nullValue, emptyValue } = options;
  return {
    header,
    sep,
    ...(nullValue === undefined ? {} : { nullValue: checkValue(operation, { nullValue }, sep) }),
    ...(emptyValue === undefined ? {} : { emptyValue: checkValue(operation, { emptyValue }, sep) }),
  };
}

/** What stands for a value without quotes around it: no reader may take it apart. */
function checkValue(operation: string, option: Readonly<Record<string, unknown>>, sep: string): string {
  const [[name, value]] = Object.entries(option) as [[string, unknown]];
  if (typeof value === 'string' && !/["\r\n]/.test(value) && !value.includes(sep)) return value;
  throw invalid(operation, `${name} is ${describeValue(value)}; it must be a string without quotes, line breaks and the separator.`);
}

function checkSeparator(operation: string, sep: unknown = ',', quote: string | null): string {
  if (typeof sep !== 'string' || sep === '' || /[\r\n]/.test(sep))
    throw invalid(operation, `sep is ${describeValue(sep)}; it must be a string of one or more characters without line breaks.`);
  if (quote !== null && sep.includes(quote))
    throw invalid(operation, `sep is ${describeValue(sep)}; it must not contain the quote ${quote}.`);
  return sep;
}

function checkCharacter(operation: string, name: string, value: unknown): string {
  if (typeof value === 'string' && /^[^\r\n]$/u.test(value)) return value;
  throw invalid(operation, `${name} is ${describeValue(value)}; it must be one character, not a line break.`);
}

function checkFlag(operation: string, name: string, value: unknown = false): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(operation, `${name} is ${describeValue(value)}; it must be true or false.`);
}

function checkMode(operation: string, value: CsvMode = 'FAILFAST'): CsvMode {
  if (MODES.includes(value)) return value;
  throw invalid(operation, `mode is ${describeValue(value)}; it must be 'FAILFAST', 'PERMISSIVE' or 'DROPMALFORMED'.`);
}

function invalid(operation: string, message: string): LevinError {
  return new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `${operation}: ${message}` });
}
