/** One name of Spark's API and what became of it here: exactly one of `ours`, `refusedBecause` and `laterIssue` is set. */
export interface SparkName {
  /** `RDD.map`, `PairRDD.join`, `SparkContext.range`; Scala's name where Python has none. */
  readonly spark: string;
  /** `rdd.map` is a method of RDD, `lv.range` of Context. */
  readonly ours: string | null;
  readonly refusedBecause: string | null;
  /** What it waits for. */
  readonly laterIssue?: string;
  /** `file › test name` below test/; the row counts only when that test ran and passed. */
  readonly test: string | null;
}

export function done(spark: string, ours: string, test: string): SparkName {
  return { spark, ours, refusedBecause: null, test };
}

export function refused(spark: string, refusedBecause: string): SparkName {
  return { spark, ours: null, refusedBecause, test: null };
}

export function later(spark: string, laterIssue: string): SparkName {
  return { spark, ours: null, refusedBecause: null, laterIssue, test: null };
}

/** Reasons that many names share. */
export const BECAUSE = {
  hadoop: 'Reads or writes through Hadoop classes of the JVM.',
  python: 'Belongs to the Python process beside the JVM.',
  jvm: 'Names a class or a type of the JVM.',
  deprecated: 'Deprecated in Spark; the name that replaced it is here.',
  promises: 'Every action returns a promise here and takes a signal: the plain name is the asynchronous one.',
} as const;
