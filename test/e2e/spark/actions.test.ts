import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../../support/job-folder.ts';
import { describeSparkCases } from '../../support/spark-cases.ts';

describeSparkCases({
  job: 'spark-actions.ts',
  expected: {
    top: '[ 9, 7, 5 ]',
    'top with a key': "[ 'whale', 'ship' ]",
    'top keeps the order of equal ones': "[ [ 2, 'b' ], [ 2, 'd' ], [ 1, 'a' ] ]",
    'top of none': '[ [], [], [ 2, 1 ] ]',
    'top -1': 'INVALID_ARGUMENT: top: n is -1; it must be a whole number from 0.',
    max: "[ 9, 'whale', 'whale', 2 ]",
    min: "[ 1, 'and', 'the', null ]",
    'max of NaN': 'NaN',
    'max of nothing': 'EMPTY_RDD: max: the RDD has no records. Use take(1) where it may be empty.',
    'min of nothing': 'EMPTY_RDD: min: the RDD has no records. Use take(1) where it may be empty.',
    'max with a promise':
      'PROMISE_NOT_ALLOWED: max: task t of stage s (max at job.ts) the same error came 2 times from the same place, last with: The function passed to max at job.ts gave a promise in partition p of stage s. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.',
    fold: '25',
    'fold counts a zero that is not neutral once a partition and once more': (slices) => `${25 + 100 * (slices + 1)}`,
    'fold of nothing': '0',
    'fold with a promise':
      'PROMISE_NOT_ALLOWED: fold: task t of stage s (fold at job.ts) the same error came 2 times from the same place, last with: The function passed to fold at job.ts gave a promise in partition p of stage s. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.',
    'fold without a function': 'INVALID_ARGUMENT: fold: expected a function, got 7.',
    'fold that throws':
      'USER_ERROR: fold: task t of stage s (fold at job.ts) the same error came 2 times from the same place, last with: fold at job.ts failed in partition p of stage s: TypeError: no sum',
    aggregate: '[ 25, 5 ]',
    'aggregate may change its zero': "'the whale and the sea and the ship'",
    'aggregate of nothing': (slices) => `'${'z'.repeat(slices + 1)}'`,
    'aggregate in partition order': "'spark'",
    countByValue: "KeyMap(5) { 'the' => 3, 'whale' => 1, 'and' => 2, 'sea' => 1, 'ship' => 1 }",
    'countByValue of null': '[ 2, 1 ]',
    'countByValue by value': '2',
    'countByValue of nothing': 'KeyMap(0) {}',
    'countByValue of functions':
      'UNSUPPORTED_KEY: countByValue: task t of stage s (countByValue at job.ts) the same error came 2 times from the same place, last with: Unsupported key: key is a Set. Keys are compared by value, so they must be numbers, strings, bigints, booleans, null, dates, or arrays and plain objects of these. Use such a value as key instead, for example keyBy((x) => x.id).',
    countApproxDistinct: '[ 5, 2, 0 ]',
    'countApproxDistinct within three standard errors': 'true',
    'countApproxDistinct 0.000017': 'INVALID_ARGUMENT: countApproxDistinct: relativeSD is 0.000017; it must be a number above 0.000017.',
    'countApproxDistinct NaN': 'INVALID_ARGUMENT: countApproxDistinct: relativeSD is NaN; it must be a number above 0.000017.',
    countApprox: '5',
    'countApprox of nothing': '0',
    'countApprox in no time': '0',
    'countApprox confidence': 'INVALID_ARGUMENT: countApprox: confidence is 1.01; it must be a number from 0 to 1.',
    'countApprox timeout': 'INVALID_ARGUMENT: countApprox: timeoutMs is -1; it must be a number of milliseconds from 0.',
    countByValueApprox: '[ 5, { mean: 3, confidence: 1, low: 3, high: 3 }, 2 ]',
    'countByValueApprox of nothing': '[ KeyMap(0) {}, KeyMap(0) {} ]',
    'countByValueApprox in no time': 'KeyMap(0) {}',
    'countByValueApprox confidence': 'INVALID_ARGUMENT: countByValueApprox: confidence is NaN; it must be a number from 0 to 1.',
    'countByValueApprox timeout': 'INVALID_ARGUMENT: countByValueApprox: timeoutMs is -1; it must be a number of milliseconds from 0.',
    sumApprox: '{ mean: 25, confidence: 1, low: 25, high: 25 }',
    'sumApprox in no time': '{ mean: 0, confidence: 0, low: -Infinity, high: Infinity }',
    'sumApprox confidence': 'INVALID_ARGUMENT: sumApprox: confidence is -0.5; it must be a number from 0 to 1.',
    meanApprox: '{ mean: 5, confidence: 1, low: 5, high: 5 }',
    'meanApprox timeout': 'INVALID_ARGUMENT: meanApprox: timeoutMs is NaN; it must be a number of milliseconds from 0.',
    takeSample: '[ 20, 20, true ]',
    'takeSample again': 'true',
    'takeSample without a seed differs': 'false',
    'takeSample of more than there are': '[ 1, 3, 5, 7, 9 ]',
    'takeSample with replacement': '[ 200, 5 ]',
    'takeSample of none': '[ [], [], 2 ]',
    'takeSample is fair': 'true',
    'takeSample -1': 'INVALID_ARGUMENT: takeSample: n is -1; it must be a whole number from 0.',
    'takeSample too many': 'INVALID_ARGUMENT: takeSample: n is 2147020238; it must be at most 2147020237.',
    'takeSample seed': 'INVALID_ARGUMENT: takeSample: seed is 0.5; it must be a whole number.',
    isEmpty: '[ true, false, false, true, false ]',
    foreachPartition: 'undefined',
    'foreachPartition of a generator runs it':
      'USER_ERROR: foreachPartition: task t of stage s (foreachPartition at job.ts) the same error came 2 times from the same place, last with: foreachPartition at job.ts failed in partition p of stage s: RangeError: saw 7',
    'foreachPartition async':
      'USER_ERROR: foreachPartition: task t of stage s (foreachPartition at job.ts) the same error came 2 times from the same place, last with: foreachPartition at job.ts failed in partition p of stage s: RangeError: saw 1',
    'foreachPartition is called for empty partitions':
      'USER_ERROR: foreachPartition: task t of stage s (foreachPartition at job.ts) the same error came 2 times from the same place, last with: foreachPartition at job.ts failed in partition p of stage s: RangeError: an empty one',
    'foreachPartition without a function': 'INVALID_ARGUMENT: foreachPartition: expected a function, got "x".',
    'reduce with a promise on the driver':
      'PROMISE_NOT_ALLOWED: reduce: the function returned a promise. It must merge two records at once: do what is asynchronous in a map before.',
    treeReduce: '[ 25, 500500 ]',
    'treeReduce merges neighbours, whatever the depth': "[ 'abcdefghijklmnopqrstuvwxyz' ]",
    'treeReduce of sparse partitions': '[ 3, 3 ]',
    'treeReduce of nothing': 'EMPTY_RDD: treeReduce: the RDD has no records. Use take(1) where it may be empty.',
    'treeReduce depth': 'INVALID_ARGUMENT: treeReduce: depth is 0; it must be a whole number from 1.',
    'treeReduce with a promise':
      'PROMISE_NOT_ALLOWED: treeReduce: task t of stage s (treeReduce at job.ts) the same error came 2 times from the same place, last with: The function passed to treeReduce at job.ts gave a promise in partition p of stage s. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.',
    treeAggregate: '[ [ 5050, 100 ], [ 5050, 100 ], [ 5050, 100 ] ]',
    'treeAggregate may change its zero': "'abcdefghijklmnopqrstuvwxyz'",
    'treeAggregate counts its zero once a partition': '30045',
    'treeAggregate of nothing': "[ '', null ]",
    'treeAggregate depth': 'INVALID_ARGUMENT: treeAggregate: depth is 1.5; it must be a whole number from 1.',
    'treeAggregate without a function': 'INVALID_ARGUMENT: treeAggregate: expected a function, got 3.',
    runJob: '[ [ 3, 12, 21 ], [ 5, 3, 9, 1, 7 ] ]',
    'runJob on chosen partitions': '[\n  6, 7, 8, 0, 1,\n  2, 6, 7, 8\n]',
    'runJob on no partition': '[]',
    'runJob on a partition that is not there': 'INVALID_ARGUMENT: runJob: partitions[1] is 3; the RDD has 3 partitions, counted from 0.',
    'runJob on partition -1': 'INVALID_ARGUMENT: runJob: partitions[0] is -1; it must be a whole number from 0.',
    'runJob without a function': 'INVALID_ARGUMENT: runJob: expected a function, got 1.',
    'an RDD of no partition': '[\n  true, 0,  7, 7,\n  [],   [], 0, 0,\n  0\n]',
    'the context says where it runs': "[ true, 'job.ts', true, 2, 2 ]",
    stop: 'CONTEXT_STOPPED: range: the Context was stopped. Create a new one with Context.create().',
  },
});

test('countByKeyApprox and countByValueApprox estimate from the partitions that are done when the time is over', async () => {
  using folder = jobFolder({
    'job.ts': jobText(
      // Both workers are there before the time begins.
      'await lv.range(2, { numSlices: 2 }).count();',
      "const slow = lv.parallelize(['a', 'a', 'b', 'c', 'c', 'd'], 2).mapPartitions(async function* (xs) {",
      '  for (const x of xs) {',
      "    if (x > 'b') await new Promise((done) => setTimeout(done, 600_000));",
      '    yield x;',
      '  }',
      '});',
      'const [byKey, byValue] = [await slow.keyBy((x) => x).countByKeyApprox(5_000), await slow.countByValueApprox(5_000, 0.5)];',
      'console.log(JSON.stringify([[...byKey], [...byValue]]));',
    ),
  });
  // Partition 0 has 2 and 1; as much is expected of partition 1, at most 5 and 3, or 3 and 2 with half the confidence.
  const { stdout, code } = await folder.run(['job.ts', '--on', 'local[2]', '--quiet']);
  expect([JSON.parse(stdout), code]).toEqual([
    [
      [
        ['a', { mean: 4, confidence: 0.95, low: 2, high: 7 }],
        ['b', { mean: 2, confidence: 0.95, low: 1, high: 4 }],
      ],
      [
        ['a', { mean: 4, confidence: 0.5, low: 3, high: 5 }],
        ['b', { mean: 2, confidence: 0.5, low: 1, high: 3 }],
      ],
    ],
    0,
  ]);
});

test('sumApprox estimates from the partitions that are done when the time is over', async () => {
  using folder = jobFolder({
    'job.ts': jobText(
      'await lv.range(2, { numSlices: 2 }).count();',
      'const slow = lv.parallelize([1, 2, 3, 4], 2).mapPartitions(async function* (xs) {',
      '  for (const x of xs) {',
      '    if (x > 2) await new Promise((done) => setTimeout(done, 600_000));',
      '    yield x;',
      '  }',
      '});',
      'const { mean, confidence, low, high } = await slow.sumApprox(5_000);',
      'console.log(mean, confidence, low < mean, mean < high);',
    ),
  });
  // Partition 0 has 1 and 2; as much is expected of partition 1.
  const { stdout, code } = await folder.run(['job.ts', '--on', 'local[2]', '--quiet']);
  expect([stdout, code]).toEqual(['6 0.95 true true\n', 0]);
});
