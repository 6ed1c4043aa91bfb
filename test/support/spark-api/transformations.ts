import { BECAUSE, done, later, refused, type SparkName } from './spark-name.ts';

const BASICS = 'e2e/operations.test.ts › on local[3] with 4 slices › every operation gives what plain JavaScript gives';

const shown = (name: string): string => `e2e/spark/transformations.test.ts › on local[2] with 5 slices › ${name}`;

const persisted = (name: string): string => `e2e/persist.test.ts › on local[2] › ${name}`;

/** RDD operations that give an RDD, and what tells about one (reference §1.1). */
export const TRANSFORMATIONS: readonly SparkName[] = [
  done('RDD.map', 'rdd.map', BASICS),
  done('RDD.flatMap', 'rdd.flatMap', BASICS),
  done('RDD.filter', 'rdd.filter', BASICS),
  done('RDD.mapPartitions', 'rdd.mapPartitions', BASICS),
  done('RDD.mapPartitionsWithIndex', 'rdd.mapPartitionsWithIndex', shown('mapPartitionsWithIndex')),
  refused('RDD.mapPartitionsWithSplit', BECAUSE.deprecated),
  done('RDD.glom', 'rdd.glom', shown('glom')),
  done('RDD.distinct', 'rdd.distinct', BASICS),
  done('RDD.union', 'rdd.union', shown('union keeps a shared partitioner')),
  refused('RDD.++', 'Not a name in JavaScript: union.'),
  refused('RDD.+', 'Not a name in JavaScript: union.'),
  done('RDD.intersection', 'rdd.intersection', shown('intersection')),
  done('RDD.subtract', 'rdd.subtract', shown('subtract')),
  done('RDD.cartesian', 'rdd.cartesian', shown('cartesian')),
  done('RDD.zip', 'rdd.zip', shown('zip')),
  done('RDD.zipPartitions', 'rdd.zipPartitions', shown('zipPartitions')),
  done('RDD.zipWithIndex', 'rdd.zipWithIndex', shown('zipWithIndex')),
  done('RDD.zipWithUniqueId', 'rdd.zipWithUniqueId', shown('zipWithUniqueId')),
  done('RDD.sample', 'rdd.sample', shown('sample')),
  done('RDD.randomSplit', 'rdd.randomSplit', shown('randomSplit')),
  done('RDD.coalesce', 'rdd.coalesce', BASICS),
  done('RDD.repartition', 'rdd.repartition', BASICS),
  done('RDD.sortBy', 'rdd.sortBy', BASICS),
  done('RDD.groupBy', 'rdd.groupBy', shown('groupBy')),
  done('RDD.keyBy', 'rdd.keyBy', shown('keyBy')),
  done('RDD.pipe', 'rdd.pipe', shown('pipe')),
  refused('RDD.collect(partialFunction)', 'JavaScript has no partial functions: filter and map, or flatMap.'),
  refused('RDD.sliding', 'A method of MLlib, not of RDD.'),
  done(
    'RDD.persist',
    'rdd.persist',
    persisted('what is persisted is computed once: later passes read nothing of the input and run where the blocks are'),
  ),
  done('RDD.cache', 'rdd.cache', persisted('unpersist drops what is kept: it is computed again')),
  done('RDD.unpersist', 'rdd.unpersist', persisted('unpersist drops what is kept: it is computed again')),
  done('RDD.getStorageLevel', 'rdd.getStorageLevel', persisted('unpersist drops what is kept: it is computed again')),
  later('RDD.checkpoint', 'storage'),
  later('RDD.localCheckpoint', 'storage'),
  later('RDD.isCheckpointed', 'storage'),
  later('RDD.isLocallyCheckpointed', 'storage'),
  later('RDD.getCheckpointFile', 'storage'),
  later('RDD.cleanShuffleDependencies', 'storage'),
  done(
    'RDD.barrier',
    'rdd.barrier',
    'e2e/barrier.test.ts › data-parallel training in a barrier stage › gives the sequential model, to the last bit (local[2])',
  ),
  done(
    'RDD.withResources',
    'rdd.withResources',
    'e2e/lambda.test.ts › stages that ask for memory run in functions that have it, and the others in the smallest',
  ),
  done(
    'RDD.getResourceProfile',
    'rdd.getResourceProfile',
    'e2e/lambda.test.ts › stages that ask for memory run in functions that have it, and the others in the smallest',
  ),
  done('RDD.setName', 'rdd.setName', shown('setName, name and id')),
  done('RDD.name', 'rdd.name', shown('setName, name and id')),
  done('RDD.id', 'rdd.id', shown('setName, name and id')),
  refused('RDD.context', 'There is one Context at a time in a process: the one that made the RDD.'),
  done('RDD.getNumPartitions', 'rdd.getNumPartitions', BASICS),
  done('RDD.toDebugString', 'rdd.toDebugString', shown('toDebugString')),
  later('RDD.toDF', 'DataFrames'),
  refused('RDD.dependencies', 'Objects of the scheduler; toDebugString shows them.'),
  refused('RDD.partitions', 'Objects of the scheduler; getNumPartitions counts them.'),
  refused('RDD.preferredLocations', 'Tasks have no preferred places: shuffle data lie in an object store.'),
  refused('RDD.iterator', 'Computes a partition inside a task of the JVM; mapPartitions gives the iterator.'),
];
