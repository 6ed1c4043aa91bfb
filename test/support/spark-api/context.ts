import { BECAUSE, done, later, refused, type SparkName } from './spark-name.ts';

const BASICS = 'e2e/operations.test.ts › on local[3] with 4 slices › every operation gives what plain JavaScript gives';
const TEXT = 'e2e/bad-input.test.ts › input and output paths › a path that is not there is named, with the line of the call';
const FILES = 'e2e/spark/files.test.ts › on local[2] with 5 slices';

const shown = (name: string): string => `e2e/spark/transformations.test.ts › on local[2] with 5 slices › ${name}`;

const control = (name: string): string => `e2e/spark/job-control.test.ts › on local[2] with 5 slices › ${name}`;

const AROUND =
  'Whatever runs meanwhile in the same thread would have it, too: lv.withLocalProperties sets pool, group, description, tags and properties for the code that it runs.';

const SHARED =
  'What functions import travels with them, JSON included; the content of other files they get as a broadcast or read as input (binaryFiles, s3://).';

/** What a SparkContext makes and reads (reference §1.4). */
export const CONTEXT: readonly SparkName[] = [
  done('SparkContext.parallelize', 'lv.parallelize', BASICS),
  refused('SparkContext.makeRDD', BECAUSE.jvm),
  done('SparkContext.range', 'lv.range', BASICS),
  done('SparkContext.emptyRDD', 'lv.emptyRDD', shown('emptyRDD')),
  done('SparkContext.textFile', 'lv.textFile', TEXT),
  done('SparkContext.wholeTextFiles', 'lv.wholeTextFiles', `${FILES} › wholeTextFiles`),
  done('SparkContext.binaryFiles', 'lv.binaryFiles', `${FILES} › binaryFiles`),
  done('SparkContext.binaryRecords', 'lv.binaryRecords', `${FILES} › binaryRecords`),
  done('SparkContext.objectFile', 'lv.objectFile', `${FILES} › saveAsObjectFile and objectFile`),
  refused('SparkContext.pickleFile', BECAUSE.python),
  refused('SparkContext.sequenceFile', BECAUSE.hadoop),
  refused('SparkContext.hadoopFile', BECAUSE.hadoop),
  refused('SparkContext.hadoopRDD', BECAUSE.hadoop),
  refused('SparkContext.newAPIHadoopFile', BECAUSE.hadoop),
  refused('SparkContext.newAPIHadoopRDD', BECAUSE.hadoop),
  done('SparkContext.union', 'lv.union', shown('lv.union')),
  done('SparkContext.runJob', 'lv.runJob', 'e2e/spark/actions.test.ts › on local[2] with 5 slices › runJob'),
  done(
    'SparkContext.broadcast',
    'lv.broadcast',
    'e2e/broadcasts.test.ts › on local[2] › functions read broadcasts wherever they capture them',
  ),
  done('SparkContext.accumulator', 'lv.accumulator', 'e2e/spark/accumulators.test.ts › on local[2] with 5 slices › accumulator'),
  later('SparkContext.setCheckpointDir', 'storage'),
  later('SparkContext.getCheckpointDir', 'storage'),
  refused('SparkContext.addFile', SHARED),
  refused('SparkContext.listFiles', SHARED),
  refused('SparkContext.addPyFile', BECAUSE.python),
  refused('SparkContext.addArchive', SHARED),
  refused('SparkContext.listArchives', SHARED),
  refused('SparkContext.setJobGroup', AROUND),
  done('SparkContext.cancelJobGroup', 'lv.cancelJobGroup', control('cancelJobGroup')),
  done('SparkContext.cancelAllJobs', 'lv.cancelAllJobs', control('cancelAllJobs')),
  refused('SparkContext.addJobTag', AROUND),
  refused('SparkContext.removeJobTag', AROUND),
  done('SparkContext.getJobTags', 'lv.getJobTags', control('withLocalProperties adds up')),
  refused('SparkContext.clearJobTags', AROUND),
  done('SparkContext.cancelJobsWithTag', 'lv.cancelJobsWithTag', control('cancelJobsWithTag')),
  refused('SparkContext.setInterruptOnCancel', 'A task that is cancelled is stopped within seconds, whatever it does.'),
  refused('SparkContext.setLocalProperty', AROUND),
  done('SparkContext.getLocalProperty', 'lv.getLocalProperty', control('withLocalProperties adds up')),
  refused('SparkContext.setJobDescription', AROUND),
  done('SparkContext.setLogLevel', 'lv.setLogLevel', control('setLogLevel')),
  refused('SparkContext.setSystemProperty', BECAUSE.jvm),
  done('SparkContext.statusTracker', 'lv.statusTracker', control('statusTracker')),
  done('SparkContext.defaultParallelism', 'lv.defaultParallelism', shown('properties of the Context')),
  done(
    'SparkContext.defaultMinPartitions',
    'lv.defaultMinPartitions',
    'e2e/spark/actions.test.ts › on local[2] with 5 slices › the context says where it runs',
  ),
  done('SparkContext.applicationId', 'lv.applicationId', shown('properties of the Context')),
  done('SparkContext.appName', 'lv.appName', shown('properties of the Context')),
  done('SparkContext.master', 'lv.master', shown('properties of the Context')),
  done('SparkContext.startTime', 'lv.startTime', control('version and startTime')),
  later('SparkContext.uiWebUrl', 'web UI'),
  done('SparkContext.version', 'lv.version', control('version and startTime')),
  refused('SparkContext.resources', 'Devices of the driver, such as GPUs: levin gives out none. rdd.withResources asks for memory.'),
  refused('SparkContext.sparkUser', 'There is no cluster that knows users.'),
  done('SparkContext.getConf', 'lv.getConf', control('getConf')),
  refused('SparkContext.show_profiles', BECAUSE.python),
  refused('SparkContext.dump_profiles', BECAUSE.python),
  refused('SparkContext.getOrCreate', 'One Context at a time in a process: Context.create() makes it, and a second call fails.'),
  done('SparkContext.stop', 'lv.stop', 'e2e/spark/actions.test.ts › on local[2] with 5 slices › stop'),
];
