import { BECAUSE, done, later, refused, type SparkName } from './spark-name.ts';

const BASICS = 'e2e/operations.test.ts › on local[3] with 4 slices › every operation gives what plain JavaScript gives';

/** Operations on RDDs of pairs (reference §1.3). */
export const PAIRS: readonly SparkName[] = [
  later('PairRDD.keys', 'operations'),
  later('PairRDD.values', 'operations'),
  done('PairRDD.mapValues', 'rdd.mapValues', BASICS),
  later('PairRDD.flatMapValues', 'operations'),
  done('PairRDD.reduceByKey', 'rdd.reduceByKey', BASICS),
  later('PairRDD.reduceByKeyLocally', 'operations'),
  done('PairRDD.groupByKey', 'rdd.groupByKey', BASICS),
  later('PairRDD.aggregateByKey', 'operations'),
  later('PairRDD.foldByKey', 'operations'),
  later('PairRDD.combineByKey', 'operations'),
  refused('PairRDD.combineByKeyWithClassTag', BECAUSE.jvm),
  later('PairRDD.countByKey', 'operations'),
  later('PairRDD.countByKeyApprox', 'operations'),
  done('PairRDD.collectAsMap', 'rdd.collectAsMap', BASICS),
  later('PairRDD.countApproxDistinctByKey', 'operations'),
  later('PairRDD.partitionBy', 'operations'),
  done('PairRDD.join', 'rdd.join', BASICS),
  later('PairRDD.leftOuterJoin', 'operations'),
  later('PairRDD.rightOuterJoin', 'operations'),
  later('PairRDD.fullOuterJoin', 'operations'),
  later('PairRDD.cogroup', 'operations'),
  later('PairRDD.groupWith', 'operations'),
  later('PairRDD.subtractByKey', 'operations'),
  later('PairRDD.sortByKey', 'operations'),
  later('PairRDD.repartitionAndSortWithinPartitions', 'operations'),
  later('PairRDD.filterByRange', 'operations'),
  later('PairRDD.lookup', 'operations'),
  later('PairRDD.sampleByKey', 'operations'),
  later('PairRDD.sampleByKeyExact', 'operations'),
  refused('HashPartitioner', 'The partitioner of partitionBy(n) and of every operation that moves by key; it has no class.'),
  refused('RangePartitioner', 'The partitioner of sortByKey; it has no class.'),
  refused('Partitioner', 'partitionBy takes a function from key to number.'),
];
