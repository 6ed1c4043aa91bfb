/** A name of ours that no RDD of Spark has. */
export interface OwnName {
  readonly ours: string;
  readonly why: string;
  readonly test: string;
}

const JSON_TEST = 'e2e/spark/files.test.ts › on local[2] with 5 slices › saveAsJsonFile and jsonFile';
const WHY =
  "In JavaScript JSON lines are what text is elsewhere. Named as textFile and objectFile are; Spark's DataFrame reader has json, and Spark 1 had jsonFile.";

const CSV_TEST = 'e2e/spark/csv.test.ts › on local[2] with 5 slices › airports written and read';
const CSV_WHY = 'Spark reads and writes CSV by its DataFrames; its options have the same names here. Named as textFile and objectFile are.';

const control = (name: string): string => `e2e/spark/job-control.test.ts › on local[2] with 5 slices › ${name}`;
const ACCUMULATOR_WHY = "Scala's SparkContext has it; the list of names is Python's.";
const accumulator = (name: string): string => `e2e/spark/accumulators.test.ts › on local[2] with 5 slices › ${name}`;

export const OWN_NAMES: readonly OwnName[] = [
  { ours: 'lv.jsonFile', why: WHY, test: JSON_TEST },
  { ours: 'rdd.saveAsJsonFile', why: WHY, test: JSON_TEST },
  { ours: 'lv.csvFile', why: CSV_WHY, test: CSV_TEST },
  { ours: 'rdd.saveAsCsvFile', why: CSV_WHY, test: CSV_TEST },
  {
    ours: 'lv.withLocalProperties',
    why: 'In place of setLocalProperty, setJobGroup, setJobDescription and addJobTag, which hold for a thread: here one thread runs everything.',
    test: control('withLocalProperties adds up'),
  },
  {
    ours: 'lv.cancelJobGroupAndFutureJobs',
    why: 'Spark 4, in Scala only.',
    test: control('cancelJobGroupAndFutureJobs'),
  },
  { ours: 'lv.longAccumulator', why: ACCUMULATOR_WHY, test: accumulator('longAccumulator') },
  { ours: 'lv.doubleAccumulator', why: ACCUMULATOR_WHY, test: accumulator('doubleAccumulator') },
  { ours: 'lv.collectionAccumulator', why: ACCUMULATOR_WHY, test: accumulator('collectionAccumulator in the order of partitions') },
  {
    ours: 'lv.bigintAccumulator',
    why: 'Whole numbers above 2^53 - 1 are bigints in JavaScript; Spark has 64 bits, and what is above wraps around.',
    test: accumulator('bigintAccumulator'),
  },
];
