import { BECAUSE, done, refused, type SparkName } from './spark-name.ts';

const BASICS = 'e2e/operations.test.ts › on local[3] with 4 slices › every operation gives what plain JavaScript gives';

const shown = (name: string): string => `e2e/spark/pairs.test.ts › on local[2] with 5 slices › ${name}`;

/** Operations on RDDs of pairs (reference §1.3). */
export const PAIRS: readonly SparkName[] = [
  done('PairRDD.keys', 'rdd.keys', shown('keys')),
  done('PairRDD.values', 'rdd.values', shown('values')),
  done('PairRDD.mapValues', 'rdd.mapValues', BASICS),
  done('PairRDD.flatMapValues', 'rdd.flatMapValues', shown('flatMapValues')),
  done('PairRDD.reduceByKey', 'rdd.reduceByKey', BASICS),
  done('PairRDD.reduceByKeyLocally', 'rdd.reduceByKeyLocally', shown('reduceByKeyLocally')),
  done('PairRDD.groupByKey', 'rdd.groupByKey', BASICS),
  done('PairRDD.aggregateByKey', 'rdd.aggregateByKey', shown('aggregateByKey')),
  done('PairRDD.foldByKey', 'rdd.foldByKey', shown('foldByKey')),
  done('PairRDD.combineByKey', 'rdd.combineByKey', shown('combineByKey')),
  refused('PairRDD.combineByKeyWithClassTag', BECAUSE.jvm),
  done('PairRDD.countByKey', 'rdd.countByKey', shown('countByKey')),
  done('PairRDD.countByKeyApprox', 'rdd.countByKeyApprox', shown('countByKeyApprox')),
  done('PairRDD.collectAsMap', 'rdd.collectAsMap', BASICS),
  done('PairRDD.countApproxDistinctByKey', 'rdd.countApproxDistinctByKey', shown('countApproxDistinctByKey')),
  done('PairRDD.partitionBy', 'rdd.partitionBy', shown('partitionBy')),
  done('PairRDD.join', 'rdd.join', shown('join goes along with the placed side')),
  done('PairRDD.leftOuterJoin', 'rdd.leftOuterJoin', shown('leftOuterJoin')),
  done('PairRDD.rightOuterJoin', 'rdd.rightOuterJoin', shown('rightOuterJoin')),
  done('PairRDD.fullOuterJoin', 'rdd.fullOuterJoin', shown('fullOuterJoin')),
  done('PairRDD.cogroup', 'rdd.cogroup', shown('cogroup')),
  done('PairRDD.groupWith', 'rdd.groupWith', shown('groupWith')),
  done('PairRDD.subtractByKey', 'rdd.subtractByKey', shown('subtractByKey')),
  done('PairRDD.sortByKey', 'rdd.sortByKey', shown('sortByKey')),
  done('PairRDD.repartitionAndSortWithinPartitions', 'rdd.repartitionAndSortWithinPartitions', shown('repartitionAndSortWithinPartitions')),
  done('PairRDD.filterByRange', 'rdd.filterByRange', shown('filterByRange')),
  done('PairRDD.lookup', 'rdd.lookup', shown('lookup')),
  done('PairRDD.sampleByKey', 'rdd.sampleByKey', shown('sampleByKey')),
  done('PairRDD.sampleByKeyExact', 'rdd.sampleByKeyExact', shown('sampleByKeyExact')),
  refused('HashPartitioner', 'The partitioner of partitionBy(n) and of every operation that moves by key; it has no class.'),
  refused('RangePartitioner', 'The partitioner of sortByKey; it has no class.'),
  refused('Partitioner', 'partitionBy takes a function from key to number.'),
];
