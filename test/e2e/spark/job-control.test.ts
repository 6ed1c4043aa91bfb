import { describeSparkCases } from '../../support/spark-cases.ts';

const cancelled = (action: string, why: string): string => `JOB_CANCELLED: ${action}: cancelled: ${why}`;

describeSparkCases({
  job: 'spark-job-control.ts',
  expected: {
    'withLocalProperties adds up': "[ [ 'heavy', 'g', null, 'a,b,c', [ 'a', 'b', 'c' ] ], 'v', null, [] ]",
    'nothing holds outside': '[ null, null, 0 ]',
    'Spark’s names': "[ 'heavy', 'g', [ 'x', 'y' ] ]",
    'tasks know the properties of their job': "[ [ 'heavy', 'heavy', 'a,b', 'v', null ] ]",
    'withLocalProperties gives what the code gives': '7',
    'a tag with a comma':
      'INVALID_ARGUMENT: withLocalProperties: a tag is the string "a,b"; it must be a text that is not empty and has no comma.',
    'an empty tag': 'INVALID_ARGUMENT: withLocalProperties: a tag is the string ""; it must be a text that is not empty and has no comma.',
    'tags that are a text': 'INVALID_ARGUMENT: withLocalProperties: tags is the string "a"; it must be an array of texts.',
    'a pool without a name': 'INVALID_ARGUMENT: withLocalProperties: pool is the string ""; it must be a text that is not empty, or null.',
    'a property that is no text': 'INVALID_ARGUMENT: withLocalProperties: my.key is the number 7; it must be a text, or null.',
    'properties that are none': 'INVALID_ARGUMENT: withLocalProperties: properties is null; it must be an object.',
    'no function': 'INVALID_ARGUMENT: withLocalProperties: expected a function, got 7.',
    statusTracker: "[ 1, true, 'SUCCEEDED', 1, true, [ 0, 0, 0, 'count at job.ts' ], [ [], [], null, null, [] ] ]",
    'an action belongs to the group of the code that calls it, also in several jobs at once': '[ [ 0, 1, 2 ], [ 2, 1, 0 ], true, true ]',
    cancelJobGroup: `[ 1, '${cancelled('collect', 'the job group "nightly" was cancelled: it is morning')}', [], 'FAILED' ]`,
    'cancelJobGroup leaves others alone': `[ 1, '${cancelled('collect', 'the job group "nightly" was cancelled')}', 3 ]`,
    cancelJobsWithTag: `[ '${cancelled('collect', 'jobs with the tag "b" were cancelled: no more')}' ]`,
    cancelAllJobs: `[ '${cancelled('collect', 'all jobs were cancelled')}', 3 ]`,
    cancelJobGroupAndFutureJobs: `[ '${cancelled('collect', 'the job group "closed" was cancelled, with all its future jobs: over')}', 'count: cancelled: the job group "closed" was cancelled, with all its future jobs: over', 3 ]`,
    'a loop over an iterator ends when its group is cancelled':
      '[ 0, \'toLocalIterator: cancelled: the job group "loop" was cancelled\', true ]',
    'cancelJobGroup of nothing': 'INVALID_ARGUMENT: cancelJobGroup: group is the string ""; it must be a text that is not empty.',
    'cancelJobsWithTag of no tag':
      'INVALID_ARGUMENT: cancelJobsWithTag: a tag is the string "a,b"; it must be a text that is not empty and has no comma.',
    'a job with more tasks than anybody waits for does not keep those of another pool waiting': "[ 40, 'RUNNING', 'JOB_CANCELLED' ]",
    'an endless job in one pool does not starve the other': "[ 1500, [ 'RUNNING' ], 'JOB_CANCELLED' ]",
    'version and startTime': '[ true, true ]',
    getConf:
      "[ { value: 'FAIR', source: 'Context.create()' }, { value: 4, source: 'default' }, { value: true, source: 'flag' }, { schedulingMode: 'FIFO', weight: 3, minShare: 0 } ]",
    setLogLevel: '8',
    'setLogLevel of none':
      'INVALID_ARGUMENT: setLogLevel: level is the string "LOUD"; it must be one of ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF.',
  },
});
