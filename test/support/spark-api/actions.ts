import { BECAUSE, done, refused, type SparkName } from './spark-name.ts';

const BASICS = 'e2e/operations.test.ts › on local[3] with 4 slices › every operation gives what plain JavaScript gives';
const DIRECTORY = 'e2e/bad-input.test.ts › input and output paths › an output folder that exists is refused before any task';

const ACTIONS_5 = 'e2e/spark/actions.test.ts › on local[2] with 5 slices';
const FILES = 'e2e/spark/files.test.ts › on local[2] with 5 slices';
const STATISTICS = 'e2e/spark/statistics.test.ts › on local[2] with 5 slices';

/** RDD operations that run a job (reference §1.2). */
export const ACTIONS: readonly SparkName[] = [
  done('RDD.collect', 'rdd.collect', BASICS),
  refused('RDD.collectWithJobGroup', BECAUSE.deprecated),
  done('RDD.count', 'rdd.count', BASICS),
  done('RDD.countApprox', 'rdd.countApprox', `${ACTIONS_5} › countApprox`),
  done('RDD.countApproxDistinct', 'rdd.countApproxDistinct', `${ACTIONS_5} › countApproxDistinct within three standard errors`),
  done('RDD.countByValue', 'rdd.countByValue', `${ACTIONS_5} › countByValue`),
  done('RDD.countByValueApprox', 'rdd.countByValueApprox', `${ACTIONS_5} › countByValueApprox`),
  done('RDD.first', 'rdd.first', BASICS),
  done('RDD.take', 'rdd.take', BASICS),
  done('RDD.takeOrdered', 'rdd.takeOrdered', BASICS),
  done('RDD.top', 'rdd.top', `${ACTIONS_5} › top`),
  done('RDD.takeSample', 'rdd.takeSample', `${ACTIONS_5} › takeSample`),
  done('RDD.reduce', 'rdd.reduce', BASICS),
  done('RDD.treeReduce', 'rdd.treeReduce', `${ACTIONS_5} › treeReduce`),
  done('RDD.fold', 'rdd.fold', `${ACTIONS_5} › fold`),
  done('RDD.aggregate', 'rdd.aggregate', `${ACTIONS_5} › aggregate`),
  done('RDD.treeAggregate', 'rdd.treeAggregate', `${ACTIONS_5} › treeAggregate`),
  done('RDD.max', 'rdd.max', `${ACTIONS_5} › max`),
  done('RDD.min', 'rdd.min', `${ACTIONS_5} › min`),
  done('RDD.sum', 'rdd.sum', `${STATISTICS} › sum`),
  done('RDD.mean', 'rdd.mean', `${STATISTICS} › mean`),
  done('RDD.variance', 'rdd.variance', `${STATISTICS} › variance`),
  done('RDD.popVariance', 'rdd.variance', `${STATISTICS} › variance`),
  done('RDD.stdev', 'rdd.stdev', `${STATISTICS} › stdev`),
  done('RDD.popStdev', 'rdd.stdev', `${STATISTICS} › stdev`),
  done('RDD.sampleVariance', 'rdd.sampleVariance', `${STATISTICS} › sampleVariance`),
  done('RDD.sampleStdev', 'rdd.sampleStdev', `${STATISTICS} › sampleStdev`),
  done('RDD.stats', 'rdd.stats', `${STATISTICS} › stats`),
  done('RDD.sumApprox', 'rdd.sumApprox', `${ACTIONS_5} › sumApprox`),
  done('RDD.meanApprox', 'rdd.meanApprox', `${ACTIONS_5} › meanApprox`),
  done('RDD.histogram', 'rdd.histogram', `${STATISTICS} › histogram of so many buckets`),
  done('RDD.foreach', 'rdd.foreach', BASICS),
  done('RDD.foreachPartition', 'rdd.foreachPartition', `${ACTIONS_5} › foreachPartition`),
  done('RDD.isEmpty', 'rdd.isEmpty', `${ACTIONS_5} › isEmpty`),
  done('RDD.toLocalIterator', 'rdd.toLocalIterator', BASICS),
  done('RDD.saveAsTextFile', 'rdd.saveAsTextFile', DIRECTORY),
  done('RDD.saveAsObjectFile', 'rdd.saveAsObjectFile', `${FILES} › saveAsObjectFile and objectFile`),
  refused('RDD.saveAsPickleFile', BECAUSE.python),
  refused('RDD.saveAsSequenceFile', BECAUSE.hadoop),
  refused('RDD.saveAsHadoopFile', BECAUSE.hadoop),
  refused('RDD.saveAsHadoopDataset', BECAUSE.hadoop),
  refused('RDD.saveAsNewAPIHadoopFile', BECAUSE.hadoop),
  refused('RDD.saveAsNewAPIHadoopDataset', BECAUSE.hadoop),
  refused('RDD.countAsync', BECAUSE.promises),
  refused('RDD.collectAsync', BECAUSE.promises),
  refused('RDD.takeAsync', BECAUSE.promises),
  refused('RDD.foreachAsync', BECAUSE.promises),
  refused('RDD.foreachPartitionAsync', BECAUSE.promises),
];
