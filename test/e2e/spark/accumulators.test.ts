import { readFileSync } from 'node:fs';
import { describeSparkCases } from '../../support/spark-cases.ts';

describeSparkCases({
  job: 'spark-accumulators.ts',
  files: { 'count-in.ts': readFileSync(new URL('../jobs/count-in.ts', import.meta.url), 'utf8') },
  expected: {
    'what cannot travel':
      'ACCUMULATOR_NOT_ENCODABLE: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: What partition 0 of stage 0 added to collectionAccumulator "all" (job.ts) cannot travel to the driver: Cannot encode record[0][0]: a function was created on an executor; functions cannot be data records. Return plain data instead.',
    longAccumulator: "[ [ 0, true, NaN ], 'even numbers', 90, 10, 90, 9, false ]",
    doubleAccumulator: '[ null, 95, 20, 4.75 ]',
    bigintAccumulator: '[ true, 20 ]',
    'collectionAccumulator in the order of partitions': "'1,3,5,7,9,11,13,15,17,19'",
    accumulator: "'and 4,sea 2,ship 2,the 6,whale 2'",
    'what an accumulator gives is a copy, also later': '[ 20, 40 ]',
    'in a class, a nested function and an imported module': '[ 2, 9, 27 ]',
    'in keys, combiners and async functions': '[ 8, 3, 20, 190 ]',
    'a stage that is found made adds nothing again, a second look at an RDD does': '[ 8, 8, 16, 24 ]',
    'the driver adds and resets': "[ 290, '0,1,100', 0, true, 0, true, 190 ]",
    'value in a task':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: value of longAccumulator "bad lines" (job.ts) was used in a task, where only add() can be: what all tasks have added is known on the driver. Read it after the action.',
    'reset in a task':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: reset of longAccumulator "bad lines" (job.ts) was used in a task, where only add() can be: what all tasks have added is known on the driver. Read it after the action.',
    'assigned in a task':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: The value of longAccumulator "bad lines" (job.ts) was assigned. Call add(value) to add to it, or reset() on the driver to begin anew.',
    'assigned on the driver':
      'ACCUMULATOR_ASSIGNED: The value of a longAccumulator was assigned. Call add(value) to add to it, or reset() on the driver to begin anew.',
    'a fraction':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: longAccumulator "bad lines" (job.ts) was given 1.5; it takes whole numbers up to 2^53 - 1 in size. Use doubleAccumulator for fractions, bigintAccumulator for larger numbers.',
    'NaN on the driver':
      'ACCUMULATOR_VALUE: longAccumulator "bad lines" (job.ts) was given NaN; it takes whole numbers up to 2^53 - 1 in size. Use doubleAccumulator for fractions, bigintAccumulator for larger numbers.',
    '2 ** 53':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: longAccumulator "bad lines" (job.ts) was given 9007199254740992; it takes whole numbers up to 2^53 - 1 in size. Use doubleAccumulator for fractions, bigintAccumulator for larger numbers.',
    'a sum above 2 ** 53':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: The sum of longAccumulator "bad lines" (job.ts) is above 2^53 - 1 in size, where whole numbers stop being exact. Use bigintAccumulator.',
    'a text': 'ACCUMULATOR_VALUE: doubleAccumulator (job.ts) was given "a rather long text"; it takes numbers.',
    'a number for a bigint':
      'ACCUMULATOR_VALUE: bigintAccumulator "big" (job.ts) was given 1; it takes bigints. Make one with BigInt(value).',
    'what throws leaves nothing': '0',
    'in a record':
      'RECORD_NOT_ENCODABLE: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: Cannot encode record[1]: an accumulator, which only functions take along. Capture it in the function that adds to it, and keep it out of records.',
    'as a record':
      'RECORD_NOT_ENCODABLE: Cannot encode record: an accumulator, which only functions take along. Capture it in the function that adds to it, and keep it out of records.',
    'an empty name': 'INVALID_ARGUMENT: longAccumulator: name is ""; it must be a text that is not empty.',
    'a wrong name': 'INVALID_ARGUMENT: accumulator: name is 5; it must be a text that is not empty.',
    'without merge': 'INVALID_ARGUMENT: accumulator: merge is undefined; it must be a function. Give { zero, add, merge }.',
    'without functions': 'INVALID_ARGUMENT: accumulator: zero is undefined; it must be a function. Give { zero, add, merge }.',
    'add that gives nothing':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: add of accumulator "own" (job.ts) gave undefined; it must return the new state.',
    'add that gives a promise':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: LevinError: add of accumulator "own" (job.ts) gave a promise; it must return the state at once. Await before you add.',
    'add that throws':
      'USER_ERROR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: map at job.ts failed in partition p of stage s: TypeError: no sum',
    'merge that throws':
      'ACCUMULATOR_MERGE_FAILED: What tasks have added to accumulator "own" (job.ts) could not be merged: TypeError: no merge',
    'in a step':
      'NOT_IN_STEP: longAccumulator: called within step "step". A step that is finished is not run again, so RDDs are made and actions are run outside of steps; answers of actions are journaled anyway. Await the action first and use its answer in the step.',
  },
});
