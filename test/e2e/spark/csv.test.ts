import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describeSparkCases } from '../../support/spark-cases.ts';

const AIRPORTS = readFileSync(new URL('../../../node_modules/vega-datasets/data/airports.csv', import.meta.url), 'utf8');
/** Another library of CSV is the oracle. Its rows have a property for the columns; spreading drops their array. */
const { csvParse } = (await import('d3-dsv' as string)) as {
  readonly csvParse: (text: string) => readonly Readonly<Record<string, string>>[];
};
const HASH = createHash('sha256')
  .update(JSON.stringify(csvParse(AIRPORTS)))
  .digest('hex');

describeSparkCases({
  job: 'spark-csv.ts',
  files: { 'airports.csv': AIRPORTS },
  expected: {
    'all airports': `[ 3376, '${HASH}', { iata: '53A', name: 'Dr. C.P. Savage, Sr.', city: 'Montezuma', state: 'GA', country: 'USA', latitude: '32.302', longitude: '-84.00747222' } ]`,
    'airports by state': "[ [ 'AK', 263 ], [ 'TX', 209 ] ]",
    'airports written and read': '[ 3376, true, true ]',
    'csvFile gives arrays': "[ [ 'a', 'b' ], [ '1', '' ], [ ' ', ' x ' ], [ '', '' ] ]",
    'csvFile of quoted fields': `[ [ 'a "b"', 'c,d', 'e\\nf\\r\\ng' ], [ '', 'x', '#' ] ]`,
    'csvFile with a header': "[ { a: '1', ['__proto__']: '2', 'c d': '3' }, { a: '4', ['__proto__']: '5', 'c d': 'ü' } ]",
    'csvFile with a header only': '[]',
    'csvFile of an empty file': '[ [], 0 ]',
    'csvFile of files with headers of their own': "[ { a: '1', b: '2' }, { b: '3', a: '4' } ]",
    'csvFile packs small files and cuts none': "[ 1, 1, 20000, [ [ '1234567', '\\n' ] ] ]",
    'csvFile in mapPartitions': '[ 20000 ]',
    'csvFile with options': `[ [ 'x', "a;;'b\\n#", '#c' ] ]`,
    'csvFile with a backslash as escape': `[ [ 'a "b" \\\\', 'c\\\\d' ] ]`,
    'csvFile without quotes': `[ [ 'a "b" c', '"' ] ]`,
    'csvFile of gzip and zstd': "[ { a: '1', b: '2\\n3' }, { a: '4', b: '5' } ]",
    'csvFile of nothing':
      'PATH_NOT_FOUND: Input path does not exist: <folder>/nowhere. Relative paths start at the working folder of levin run. (csvFile at <folder>/job.ts)',
    'csvFile of a row that is too short': `CSV_RAGGED_ROW: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: <folder>/ragged/a.csv, line 6, has 1 column; the header of the file has 2. The row is [ '3' ], separated by ",". Correct the file, or read it with mode PERMISSIVE, which fills up and cuts such rows, or DROPMALFORMED, which leaves them out.`,
    'csvFile of a row that is too long': `CSV_RAGGED_ROW: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: <folder>/long/a.csv, line 2, has 2 columns; the first row of the file has 1. The row is [ '2', '3' ], separated by ",". Correct the file, or read it with mode PERMISSIVE, which fills up and cuts such rows, or DROPMALFORMED, which leaves them out.`,
    'csvFile PERMISSIVE':
      "[ { 'x\\r\\ny': '1', b: '2\\n2' }, { 'x\\r\\ny': '3', b: null }, { 'x\\r\\ny': '4', b: '5' }, { 'x\\r\\ny': '7', b: '8' } ]",
    'csvFile DROPMALFORMED': "[ { 'x\\r\\ny': '1', b: '2\\n2' }, { 'x\\r\\ny': '7', b: '8' } ]",
    'csvFile of a quote inside a field':
      "INVALID_CSV: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: <folder>/quotes/a.csv is not CSV: about line 2, a quote stands inside a field that does not begin with one. Are the options sep, quote and escape right? With quote '' quotes mean nothing, and mode PERMISSIVE takes those inside fields as they are.",
    'csvFile of a field that goes on after its quote':
      "INVALID_CSV: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: <folder>/after/a.csv is not CSV: about line 2, a quoted field goes on after its closing quote. Are the options sep, quote and escape right? With quote '' quotes mean nothing, and mode PERMISSIVE takes those inside fields as they are.",
    'csvFile of wrong quotes, PERMISSIVE': `[ [ 'a', 'b' ], [ '1', 'x"y"' ], [ '"2"z', '3' ], [ '4', '5' ] ]`,
    'csvFile of wrong quotes, DROPMALFORMED': `[ { a: '1', b: 'x"y"' }, { a: '"2"z', b: '3' }, { a: '4', b: '5' } ]`,
    'csvFile of a quote without end':
      "INVALID_CSV: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: <folder>/open/a.csv is not CSV: a quoted field that begins after line 2 has no end. Are the options sep, quote and escape right? With quote '' quotes mean nothing.",
    'csvFile of a quote without end, PERMISSIVE':
      "INVALID_CSV: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: <folder>/open/a.csv is not CSV: a quoted field that begins after line 2 has no end. Are the options sep, quote and escape right? With quote '' quotes mean nothing.",
    'csvFile of a quote without end, DROPMALFORMED':
      "INVALID_CSV: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: <folder>/open/a.csv is not CSV: a quoted field that begins after line 2 has no end. Are the options sep, quote and escape right? With quote '' quotes mean nothing.",
    'csvFile of a column named twice':
      'CSV_DUPLICATE_COLUMN: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: <folder>/twice/a.csv, line 1: the header names the column "a" twice, and a record can have it once. Rename one of them, or read without a header.',
    'csvFile of a gzip that is cut off':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/cut/a.csv.gz cannot be read as gzip: unexpected end of file, at about byte 9000 of 9000. Is it complete, and does its name say the right format?',
    'csvFile sep': 'INVALID_ARGUMENT: csvFile: sep is the string ""; it must be a string of one or more characters without line breaks.',
    'csvFile sep with a quote': 'INVALID_ARGUMENT: csvFile: sep is the string "|\\""; it must not contain the quote ".',
    'csvFile quote': `INVALID_ARGUMENT: csvFile: quote is the string "''"; it must be one character, not a line break.`,
    'csvFile escape': 'INVALID_ARGUMENT: csvFile: escape is the string "\\n"; it must be one character, not a line break.',
    'csvFile comment': 'INVALID_ARGUMENT: csvFile: comment is the string ",", as is the separator; they must differ.',
    'csvFile header': 'INVALID_ARGUMENT: csvFile: header is the string "yes"; it must be true or false.',
    'csvFile mode': `INVALID_ARGUMENT: csvFile: mode is the string "STRICT"; it must be 'FAILFAST', 'PERMISSIVE' or 'DROPMALFORMED'.`,
    'csvFile minPartitions': 'INVALID_ARGUMENT: csvFile: minPartitions is 0; it must be a whole number from 1 to 10000000.',
    'saveAsCsvFile and csvFile': `[ '"",,," a ""b"" ","c,d","e\\nf","g\\rh",-0.5,10,true,1970-01-01T00:00:00.000Z,"[1,""x""]","{""y"":""z""}"\\n"",,," a ""b"" ","c,d","e\\nf","g\\rh",-0.5,10,true,1970-01-01T00:00:00.000Z,"[1,""x""]","{""y"":""z""}"\\n', 2, [ '', '', '', ' a "b" ', 'c,d', 'e\\nf', 'g\\rh', '-0.5', '10', 'true', '1970-01-01T00:00:00.000Z', '[1,"x"]', '{"y":"z"}' ] ]`,
    'saveAsCsvFile of objects': `[ '"a,b",c.d\\n1,2\\n4,3\\n', [ { 'a,b': '1', 'c.d': '2' }, { 'a,b': '4', 'c.d': '3' } ], '1::2\\n4::3\\n' ]`,
    'saveAsCsvFile of rows of one field': `[ '"\ufeffa"\\n""\\n""\\n \\n', [ [ '\ufeffa' ], [ '' ], [ '' ], [ ' ' ] ] ]`,
    'saveAsCsvFile compressed': "[ true, 'a\\nü\\n', [ { a: 'ü' } ] ]",
    'saveAsCsvFile of an empty RDD': '[ true, [] ]',
    'saveAsCsvFile of many rows': '[ 5000, 12497500, 9998 ]',
    'saveAsCsvFile into a folder that is there':
      "OUTPUT_EXISTS: Output path exists already: <folder>/values. Choose another one, delete it first, or save with { mode: 'overwrite' }; nothing was written.",
    'saveAsCsvFile of strings':
      "RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record 'a': it is neither an array nor an object. Map records to arrays of one length, or to objects with the same fields, before.",
    'saveAsCsvFile of arrays with a header':
      'RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record [ 1, 2 ]: an array has no names for the header. Map records to arrays of one length, or to objects with the same fields, before.',
    'saveAsCsvFile of rows of several lengths':
      'RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record [ 3 ]: it has 1 field, the first record of its partition 2. Map records to arrays of one length, or to objects with the same fields, before.',
    'saveAsCsvFile of a field that is missing':
      'RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record { a: 3 }: it has no field "b", as the first record of its partition has. Map records to arrays of one length, or to objects with the same fields, before.',
    'saveAsCsvFile of one field more':
      'RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record { a: 3, b: 4 }: it has a field "b", which the first record of its partition has not. Map records to arrays of one length, or to objects with the same fields, before.',
    'saveAsCsvFile of an array after an object':
      'RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record [ 2 ]: it is no object with fields, as the first record of its partition is. Map records to arrays of one length, or to objects with the same fields, before.',
    'saveAsCsvFile of an object after an array':
      'RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record { a: 1 }: it is no array, as the first record of its partition is. Map records to arrays of one length, or to objects with the same fields, before.',
    'saveAsCsvFile of no fields':
      'RECORD_NOT_CSV: saveAsCsvFile: task t of stage s (saveAsCsvFile at job.ts) the same error came 2 times from the same place, last with: saveAsCsvFile cannot write the record []: it has no fields. Map records to arrays of one length, or to objects with the same fields, before.',
    'saveAsCsvFile with another codec': `INVALID_ARGUMENT: saveAsCsvFile: codec is the string "lzo"; it must be 'gzip' or 'zstd'.`,
    'saveAsCsvFile sep': 'INVALID_ARGUMENT: saveAsCsvFile: sep is the string "\\""; it must not contain the quote ".',
  },
});
