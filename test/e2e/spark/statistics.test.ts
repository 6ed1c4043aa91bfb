import { describeSparkCases } from '../../support/spark-cases.ts';

describeSparkCases({
  job: 'spark-statistics.ts',
  expected: {
    stats:
      '{ count: 8, sum: 40, mean: 5, variance: 4, stdev: 2, sampleVariance: 4.571428571428571, sampleStdev: 2.138089935299395, min: 2, max: 9 }',
    'stats of nothing':
      '{ count: 0, sum: 0, mean: 0, variance: NaN, stdev: NaN, sampleVariance: NaN, sampleStdev: NaN, min: Infinity, max: -Infinity }',
    'stats of one number': '{ count: 1, sum: 3, mean: 3, variance: 0, stdev: 0, sampleVariance: NaN, sampleStdev: NaN, min: 3, max: 3 }',
    'stats of a wide range': '[ 1000, 500500, 500.5, 1, 1000 ]',
    'stats of text':
      "NOT_A_NUMBER: stats: task t of stage s (stats at job.ts) the same error came 2 times from the same place, last with: Sums and statistics need numbers, but partition p of stage s has '12'. Map the records to numbers, or filter out what is none.",
    sum: '[ 40, 0, 3 ]',
    'sum of null':
      'NOT_A_NUMBER: sum: task t of stage s (sum at job.ts) the same error came 2 times from the same place, last with: Sums and statistics need numbers, but partition p of stage s has null. Map the records to numbers, or filter out what is none.',
    mean: '[ 5, 0, 3 ]',
    variance: '[ 4, NaN, 0 ]',
    stdev: '[ 2, NaN, 0 ]',
    sampleVariance: '[ 1, NaN, NaN ]',
    sampleStdev: '[ 1, NaN, NaN ]',
    'NaN and Infinity': '[ NaN, NaN, NaN, Infinity ]',
    'histogram of so many buckets': '[ [ 0, 25, 50 ], [ 25, 26 ] ]',
    'histogram with bounds': '[ [ 0, 5, 25, 50 ], [ 5, 20, 26 ] ]',
    'histogram with uneven bounds': '[ [ 0, 15, 30, 45, 60 ], [ 15, 15, 15, 6 ] ]',
    'histogram of strings': "[ [ 'a', 'b', 'c' ], [ 2, 2 ] ]",
    'histogram leaves out what lies outside': '[ [ 4, 5, 7 ], [ 3, 3 ] ]',
    'histogram leaves out null and NaN': '[ [ 1, 2, 3 ], [ 1, 2 ] ]',
    'histogram of equal numbers': '[ [ 7, 7 ], [ 3 ] ]',
    'histogram of fractions': '[ [ 1, 2, 3, 4 ], [ 2, 2, 1 ] ]',
    'histogram with infinite bounds': '[ [ -Infinity, 5, Infinity ], [ 4, 4 ] ]',
    'histogram with bounds of nothing': '[ [ 0, 1, 2 ], [ 0, 0 ] ]',
    'histogram of nothing':
      'EMPTY_RDD: histogram: the RDD has no numbers (NaN does not count), so there are no bounds to take from it. Give the bounds as an array.',
    'histogram of infinite numbers':
      'INVALID_ARGUMENT: histogram: the numbers lie between 1 and Infinity: buckets of equal width need finite ones. Give the bounds as an array.',
    'histogram 0': 'INVALID_ARGUMENT: histogram: buckets is 0; it must be a whole number from 1, or an array of bounds.',
    'histogram 2.5': 'INVALID_ARGUMENT: histogram: buckets is 2.5; it must be a whole number from 1, or an array of bounds.',
    'histogram of one bound': 'INVALID_ARGUMENT: histogram: buckets has one bound; it must have at least two.',
    'histogram of double bounds':
      'INVALID_ARGUMENT: histogram: buckets[2] equals the bound before it; every bound must be larger than the one before.',
    'histogram of bounds that are not sorted':
      'INVALID_ARGUMENT: histogram: buckets[1] is smaller than the bound before it; sort the bounds.',
    'histogram of NaN as a bound': 'INVALID_ARGUMENT: histogram: buckets[1] is NaN; bounds cannot be null, undefined or NaN.',
    'histogram of null as a bound': 'INVALID_ARGUMENT: histogram: buckets[1] is null; bounds cannot be null, undefined or NaN.',
  },
});
