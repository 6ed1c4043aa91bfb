import { describeSparkCases } from '../../support/spark-cases.ts';

describeSparkCases({
  job: 'spark-files.ts',
  expected: {
    wholeTextFiles: "[ [ 'a.txt', 'one\\ntwo\\n' ], [ 'b.txt', '' ], [ 'c.txt.gz', 'three' ], [ 'd.txt', 'märz' ] ]",
    'wholeTextFiles gives absolute paths': 'true',
    'wholeTextFiles packs small files': '[ 1, true ]',
    'wholeTextFiles in mapPartitions': '[ 4 ]',
    'wholeTextFiles of nothing':
      'PATH_NOT_FOUND: Input path does not exist: <folder>/nowhere. Relative paths start at the working folder of levin run. (wholeTextFiles at <folder>/job.ts)',
    'wholeTextFiles minPartitions': 'INVALID_ARGUMENT: wholeTextFiles: minPartitions is 0; it must be a whole number from 1 to 10000000.',
    binaryFiles: "[ [ 'x.bin', [ 0, 255, 10 ] ], [ 'y.gz', [ 1, 2 ] ] ]",
    'binaryFiles of an empty file': "[ [ 'x.bin', 0 ] ]",
    binaryRecords: '[ [ 1, 2 ], [ 3, 4 ], [ 5, 6 ] ]',
    'binaryRecords of half a record':
      'PARTIAL_RECORD: binaryRecords: <folder>/fixed/a.bin has 6 bytes, which is no multiple of the record length 4: 2 bytes are left at its end. Is the length right, and the file complete?',
    'binaryRecords 0': 'INVALID_ARGUMENT: binaryRecords: recordLength is 0; it must be a whole number of bytes from 1 to 1073741824.',
    'saveAsObjectFile and objectFile':
      "[ -0, NaN, null, undefined, 1970-01-01T00:00:00.000Z, Map(1) { 1 => Set(1) { 'x' } }, 10n, [ 1, [ 2 ] ], { a: 'b' } ]",
    'objectFile has a partition for each file': 'true',
    'objectFile of an empty RDD': '[ [], true ]',
    'objectFile of many blocks':
      "[ 60000, 1799970000, [ { x: 0, text: 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy' } ] ]",
    'objectFile of a text file':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/whole/a.txt cannot be read as an object file of levin: its header needs 16 bytes, 8 are left, at about byte 0 of 8. Is it complete, and does its name say the right format?',
    'objectFile that is cut off':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/cut/part cannot be read as an object file of levin: its body needs 1048565 bytes, 499984 are left, at about byte 0 of 500000. Is it complete, and does its name say the right format?',
    'saveAsObjectFile into a folder that is there':
      "OUTPUT_EXISTS: Output path exists already: <folder>/objects. Choose another one, delete it first, or save with { mode: 'overwrite' }; nothing was written.",
    'saveAsJsonFile and jsonFile':
      "[\n  [ { a: 1, b: [ null, 'x\\n' ] }, 'text', 7, null, [ '1970-01-01T00:00:00.000Z', '5' ], [ [ 'k', 1 ] ] ],\n  true\n]",
    'saveAsJsonFile compressed': '[ [ 1, 2 ], true ]',
    'saveAsJsonFile of undefined':
      'RECORD_NOT_TEXT: saveAsJsonFile: task t of stage s (saveAsJsonFile at job.ts) the same error came 2 times from the same place, last with: saveAsJsonFile cannot write a record as JSON: undefined has no form in JSON. Map records to plain data before.',
    'jsonFile leaves out empty lines': "[ { a: 1 }, [ 2 ], 'x' ]",
    'jsonFile of a line that is none': `INVALID_JSON: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: <folder>/lines/bad.json, line 3, is not JSON: Unexpected end of JSON input. The line is '{"a":'. jsonFile reads one JSON value a line.`,
    'textFile of gzip': '[ 1, 5000, true ]',
    'textFile of zstd': 'true',
    'textFile of several gzip members and zstd frames': "[ 'one', 'two', 'three', 'four', 'five', 'six' ]",
    'textFile of compressed and plain files together': "[ 'a', 'b', 'c' ]",
    'textFile of gzip in mapPartitions': '[ 5000 ]',
    'textFile of gzip, a few lines': "[ 'line 0 ', 'line 1 .' ]",
    'textFile of a gzip that is cut off':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/cut-gz/a.gz cannot be read as gzip: unexpected end of file, at about byte 900 of 900. Is it complete, and does its name say the right format?',
    'textFile of a gzip that is none':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/no-gz/a.gz cannot be read as gzip: incorrect header check, at about byte 0 of 9. Is it complete, and does its name say the right format?',
    'textFile of a gzip with a wrong checksum':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/sum-gz/a.gz cannot be read as gzip: incorrect data check, at about byte 0 of 29. Is it complete, and does its name say the right format?',
    'textFile of a zstd that is cut off':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/cut-zst/a.zst cannot be read as zstd: unexpected end of file, at about byte 900 of 900. Is it complete, and does its name say the right format?',
    'textFile of a zstd that is none':
      'CORRUPT_INPUT: count: task t of stage s (count at job.ts) the same error came 2 times from the same place, last with: The input file <folder>/no-zst/a.zst cannot be read as zstd: Unknown frame descriptor, at about byte 0 of 14. Is it complete, and does its name say the right format?',
    'textFile of every line end, cut anywhere': `[ '["one","two","","three","four","","last"]' ]`,
    'saveAsTextFile with gzip': "[ true, 'a\\nb\\nü\\n', [ 'a', 'b', 'ü' ] ]",
    'saveAsTextFile with zstd': "[ true, 'a\\nb\\nü\\n', [ 'a', 'b', 'ü' ] ]",
    'saveAsTextFile of an empty RDD': '[ true, [], true ]',
    'saveAsTextFile with another codec': `INVALID_ARGUMENT: saveAsTextFile: codec is the string "lzo"; it must be 'gzip' or 'zstd'.`,
  },
});
