import { describeSparkCases } from '../../support/spark-cases.ts';

describeSparkCases({
  job: 'spark-pairs.ts',
  expected: {
    keys: "[ [ 'a', 'b', 'a', 'c', 'a' ], [], [ null, 'a', null ] ]",
    values: '[ [ 1, 2, 3, 4, 5 ], [] ]',
    'keys of records that are no pairs':
      'NOT_A_PAIR: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: keys needs pairs, but partition p of stage s has 1. A pair is an array of two, [key, value]: make them with map or keyBy before.',
    flatMapValues: "[ [ [ 'a', 1 ], [ 'a', -1 ], [ 'a', 3 ], [ 'a', -3 ], [ 'a', 5 ], [ 'a', -5 ] ], [] ]",
    'flatMapValues keeps the partitioner': '1',
    'flatMapValues async': '10',
    'flatMapValues of a number':
      'NOT_ITERABLE: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: The function passed to flatMapValues at job.ts gave 1 in partition p of stage s, which is not iterable. Return an array, a string or another iterable; an empty array for no record.',
    reduceByKeyLocally: "KeyMap(3) { 'a' => 9, 'b' => 2, 'c' => 4 }",
    'reduceByKeyLocally of nothing': '[ KeyMap(0) {}, KeyMap(0) {} ]',
    'reduceByKeyLocally with null keys': '4',
    'reduceByKeyLocally with a promise':
      'PROMISE_NOT_ALLOWED: reduceByKeyLocally: task t of stage s (reduceByKeyLocally at job.ts) the same error came 2 times from the same place, last with: The function passed to reduceByKeyLocally at job.ts gave a promise in partition p of stage s. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.',
    'reduceByKeyLocally of records that are no pairs':
      'NOT_A_PAIR: reduceByKeyLocally: task t of stage s (reduceByKeyLocally at job.ts) the same error came 2 times from the same place, last with: reduceByKeyLocally at job.ts needs pairs, but partition p of stage s has 1. A pair is an array of two, [key, value]: make them with map or keyBy before.',
    countByKey: "[ KeyMap(3) { 'a' => 3, 'b' => 1, 'c' => 1 }, KeyMap(0) {}, 2 ]",
    'countByKey by value': '2',
    combineByKey: "[ [ 'a', [ 1, 3, 5 ] ], [ 'b', [ 2 ] ], [ 'c', [ 4 ] ] ]",
    'combineByKey of nothing': "[ [], [ [ 'b', 20 ], [ 'd', 40 ] ] ]",
    'combineByKey without a function': 'INVALID_ARGUMENT: combineByKey: expected a function, got null.',
    'combineByKey that throws':
      'USER_ERROR: collect: task t of stage s (combineByKey at job.ts) the same error came 2 times from the same place, last with: combineByKey at job.ts failed in partition p of stage s: TypeError: no 1',
    aggregateByKey: "[ [ 'a', [ 9, 3 ] ], [ 'b', [ 2, 1 ] ], [ 'c', [ 4, 1 ] ] ]",
    'aggregateByKey clones its zero for each key': "[ [ 'a', [ 1, 3, 5 ] ], [ 'b', [ 2 ] ], [ 'c', [ 4 ] ] ]",
    'aggregateByKey with a zero of a class': "[ [ 'a', [ true, 9 ] ], [ 'b', [ true, 2 ] ], [ 'c', [ true, 4 ] ] ]",
    'aggregateByKey counts a zero once for each key of a partition': "[ [ [ 'a', 12 ], [ 'b', 11 ] ], [ [ 'a', 24 ], [ 'b', 22 ] ] ]",
    'aggregateByKey of nothing': '[]',
    'aggregateByKey with a promise':
      'PROMISE_NOT_ALLOWED: collect: task t of stage s (aggregateByKey at job.ts) the same error came 2 times from the same place, last with: The function passed to aggregateByKey at job.ts gave a promise in partition p of stage s. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.',
    foldByKey: "[ [ [ 'a', 9 ], [ 'b', 2 ], [ 'c', 4 ] ], [] ]",
    'foldByKey counts a zero once for each key of a partition': "[ [ [ 'a', 12 ], [ 'b', 11 ] ], [ [ 'a', 24 ], [ 'b', 22 ] ] ]",
    'foldByKey into 0 partitions': 'INVALID_ARGUMENT: foldByKey: numPartitions is 0; it must be a whole number from 1 to 10000000.',
    partitionBy: "[ 4, 1, [ 'a', 'a', 'a', 'b', 'c' ] ]",
    'partitionBy puts null keys into partition 0': '2',
    'partitionBy with a function': '[ [ 3 ], [ 1 ], [ 2, 5 ] ]',
    'partitionBy twice moves once': '[ 1, 2, 1, 2, 1, 2, 1 ]',
    'partitionBy nothing': '[ [ [], [], [] ], 2 ]',
    'partitionBy 0': 'INVALID_ARGUMENT: partitionBy: numPartitions is 0; it must be a whole number from 1 to 10000000.',
    'partitionBy 2.5': 'INVALID_ARGUMENT: partitionBy: numPartitions is 2.5; it must be a whole number from 1 to 10000000.',
    'partitionBy a function that gives 7.5':
      'BAD_PARTITION: collect: task t of stage s (partitionBy at job.ts) the same error came 2 times from the same place, last with: The partition function gave the number 7.5 for the key the string "a"; it must give a whole number from 0 to 8.',
    'partitionBy a function that gives -1':
      'BAD_PARTITION: collect: task t of stage s (partitionBy at job.ts) the same error came 2 times from the same place, last with: The partition function gave the number -1 for the key the string "a"; it must give a whole number from 0 to 8. Take it modulo 9, without sign.',
    'partitionBy a function that gives too much':
      'BAD_PARTITION: collect: task t of stage s (partitionBy at job.ts) the same error came 2 times from the same place, last with: The partition function gave the number 2 for the key the string "a"; it must give a whole number from 0 to 1. Take it modulo 2, without sign.',
    'partitionBy a function that gives nothing':
      'BAD_PARTITION: collect: task t of stage s (partitionBy at job.ts) the same error came 2 times from the same place, last with: The partition function gave undefined for the key the string "a"; it must give a whole number from 0 to 1.',
    'partitionBy an async function':
      'PROMISE_NOT_ALLOWED: collect: task t of stage s (partitionBy at job.ts) the same error came 2 times from the same place, last with: The function passed to partitionBy at job.ts gave a promise in partition p of stage s. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.',
    'partitionBy a string': 'INVALID_ARGUMENT: partitionBy: expected a function, got "hash".',
    'join of inputs placed alike moves nothing': "[ 2, 3, [ [ 'b', [ 2, 20 ] ] ] ]",
    'join goes along with the placed side': "[ 2, 20, [ [ 'b', [ 2, 20 ] ] ] ]",
    'join goes along with a partition function':
      "[ 5, [ [ 'a', [ 1, null ] ], [ 'a', [ 3, null ] ], [ 'a', [ 5, null ] ], [ 'b', [ 2, 20 ] ], [ 'c', [ 4, null ] ] ], [ 'a', 'a', 'a' ] ]",
    'join goes along with a sort':
      "[ 2, [ [ 'a', [ 1, null ] ], [ 'a', [ 3, null ] ], [ 'a', [ 5, null ] ], [ 'b', [ 2, 20 ] ], [ 'c', [ 4, null ] ], [ 'd', [ null, 40 ] ] ] ]",
    leftOuterJoin:
      "[ [ [ 'a', [ 1, null ] ], [ 'a', [ 3, null ] ], [ 'a', [ 5, null ] ], [ 'b', [ 2, 20 ] ], [ 'c', [ 4, null ] ] ], [], [ [ 'b', [ 20, null ] ], [ 'd', [ 40, null ] ] ] ]",
    rightOuterJoin: "[ [ [ 'b', [ 2, 20 ] ], [ 'd', [ null, 40 ] ] ], [ [ 'b', [ null, 20 ] ], [ 'd', [ null, 40 ] ] ] ]",
    fullOuterJoin:
      "[ [ [ 'a', [ 1, null ] ], [ 'a', [ 3, null ] ], [ 'a', [ 5, null ] ], [ 'b', [ 2, 20 ] ], [ 'c', [ 4, null ] ], [ 'd', [ null, 40 ] ] ], [] ]",
    'outer joins multiply duplicates': '[ 11, 11, 13 ]',
    'outer joins with null keys': "[ [ 'a', [ 2, null ] ], [ null, [ 1, 'n' ] ], [ null, [ 3, 'n' ] ] ]",
    'leftOuterJoin with a list': 'INVALID_ARGUMENT: leftOuterJoin: expected an RDD, got object.',
    'leftOuterJoin into 0 partitions': 'INVALID_ARGUMENT: leftOuterJoin: numPartitions is 0; it must be a whole number from 1 to 10000000.',
    cogroup: "[ [ 'a', [ [ 1, 3, 5 ], [] ] ], [ 'b', [ [ 2 ], [ 20 ] ] ], [ 'c', [ [ 4 ], [] ] ], [ 'd', [ [], [ 40 ] ] ] ]",
    'cogroup of nothing': "[ [], [ [ 'b', [ [], [ 20 ] ] ], [ 'd', [ [], [ 40 ] ] ] ] ]",
    groupWith:
      "[ [ 'a', [ [ 1, 3, 5 ], [], [ 'y' ] ] ], [ 'b', [ [ 2 ], [ 20 ], [] ] ], [ 'c', [ [ 4 ], [], [] ] ], [ 'd', [ [], [ 40 ], [ 'x', 'z' ] ] ] ]",
    'groupWith alone and with three': "[ [ [ 'b', [ [ 20 ] ] ], [ 'd', [ [ 40 ] ] ] ], 2 ]",
    'cogroup of records that are no pairs':
      'NOT_A_PAIR: collect: task t of stage s (cogroup at job.ts) the same error came 2 times from the same place, last with: A record that is shuffled by key must be a pair [key, value]; this one is the number 1. Make pairs first, for example with map((x) => [keyOf(x), x]) or keyBy(keyOf).',
    subtractByKey: "[ [ [ 'a', 1 ], [ 'a', 3 ], [ 'a', 5 ] ], 5, [] ]",
    'subtractByKey with null keys': "[ [ 'a', 2 ] ]",
    'subtractByKey stays where the left is': '[ 2, 2, true, 6 ]',
    sortByKey: "[ [ 'a', 'a', 'a', 'b', 'c' ], [ 'c', 'b', 'a', 'a', 'a' ], [], [] ]",
    'sortByKey into one and into many partitions': "[ [ 'a', 'a', 'a', 'b', 'c' ], [ 'c', 'b', 'a', 'a', 'a' ], 3 ]",
    'sortByKey keeps equal keys in one partition': '[ 1, 1, 1 ]',
    'sortByKey of many': '[ 20000, true ]',
    'sortByKey with a key function': "[ [ [ 'A', 2 ], [ 'b', 1 ], [ 'C', 3 ] ], [ 'C', 'b', 'A' ] ]",
    'sortByKey with null keys': '[ 1, 3, 2 ]',
    'sortByKey with an async key function':
      'PROMISE_NOT_ALLOWED: collect: task t of stage s (sortByKey at job.ts) the same error came 2 times from the same place, last with: The function passed to sortByKey at job.ts gave a promise in partition p of stage s. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.',
    'sortByKey into 0 partitions': 'INVALID_ARGUMENT: sortByKey: numPartitions is 0; it must be a whole number from 1 to 10000000.',
    'sortByKey of records that are no pairs':
      'NOT_A_PAIR: collect: task t of stage s (sortByKey at job.ts) the same error came 2 times from the same place, last with: A record that is shuffled by key must be a pair [key, value]; this one is the number 1. Make pairs first, for example with map((x) => [keyOf(x), x]) or keyBy(keyOf).',
    'reduceByKey after sortByKey moves once': '1',
    repartitionAndSortWithinPartitions: '[ [ 0, 0, 2 ], [ 1, 3, 3 ] ]',
    'repartitionAndSortWithinPartitions descending, by a key function': '[ [ 3, 2, 1, 0 ], [ 3, 2, 1, 0 ], [ 0, 1, 2, 3 ] ]',
    'repartitionAndSortWithinPartitions by default': '[ true, [] ]',
    'repartitionAndSortWithinPartitions without numPartitions':
      'INVALID_ARGUMENT: repartitionAndSortWithinPartitions: partitionFunc is given without numPartitions; say how many partitions it chooses from.',
    filterByRange: "[ [ [ 'b', 2 ], [ 'c', 4 ] ], [ 'a', 'a', 'a', 'b' ], [ 'c', 'b' ], [], [] ]",
    'filterByRange keeps the partitioner': '1',
    'filterByRange of a function':
      'UNSUPPORTED_KEY: Unsupported key: key is a function. Keys are compared by value, so they must be numbers, strings, bigints, booleans, null, dates, or arrays and plain objects of these. Use such a value as key instead, for example keyBy((x) => x.id).',
    countApproxDistinctByKey: "[ [ [ 'a', 3 ], [ 'b', 1 ], [ 'c', 1 ] ], [], [ [ 'a', 1 ], [ null, 2 ] ] ]",
    'countApproxDistinctByKey within three standard errors': '[ true, true ]',
    'countApproxDistinctByKey 0.0002':
      'INVALID_ARGUMENT: countApproxDistinctByKey: relativeSD is 0.0002; it must be a number from 0.0003: each key takes (1.054 / relativeSD)² bytes.',
    'countApproxDistinctByKey of sets':
      'UNSUPPORTED_KEY: collect: task t of stage s (countApproxDistinctByKey at job.ts) the same error came 2 times from the same place, last with: Unsupported key: key is a Set. Keys are compared by value, so they must be numbers, strings, bigints, booleans, null, dates, or arrays and plain objects of these. Use such a value as key instead, for example keyBy((x) => x.id).',
    lookup: '[ [ 1, 3, 5 ], [], [], [] ]',
    'lookup of null': '[ [ 1, 3 ], [ 1, 3 ] ]',
    'lookup by value': "[ 'found' ]",
    'lookup runs one partition where keys are placed': '[ [ 1, 3, 5 ], [ 1, 3, 5 ], [ 1, 3, 5 ] ]',
    'lookup of a Set':
      'UNSUPPORTED_KEY: Unsupported key: key is a Set. Keys are compared by value, so they must be numbers, strings, bigints, booleans, null, dates, or arrays and plain objects of these. Use such a value as key instead, for example keyBy((x) => x.id).',
    sampleByKey: '[ true, false, 2000 ]',
    'sampleByKey with replacement': '[ true, false, true ]',
    'sampleByKey with the same seed': '[ true, false ]',
    'sampleByKey with an object': "[ [ [ 'a', 1 ], [ 'a', 3 ], [ 'a', 5 ], [ 'c', 4 ] ], [] ]",
    'sampleByKey without a fraction for a key':
      "NO_FRACTION: collect: task t of stage s (collect at job.ts) the same error came 2 times from the same place, last with: sampleByKey has no fraction for the key 'b', met in partition p of stage s. Give each key one; 0 leaves its records out.",
    'sampleByKey with a fraction of -1':
      'INVALID_ARGUMENT: sampleByKey: the fraction is -1; it must be a number from 0 to 1 (above 1 only with replacement).',
    'sampleByKey with a fraction of 2':
      'INVALID_ARGUMENT: sampleByKey: the fraction is 2; it must be a number from 0 to 1 (above 1 only with replacement).',
    'sampleByKey without fractions': 'INVALID_ARGUMENT: sampleByKey: expected a map or an object of fractions by key, got null.',
    sampleByKeyExact: '[ [ [ 0, 500 ], [ 2, 11 ] ], 511, true ]',
    'sampleByKeyExact with replacement': '[ [ [ 0, 2500 ], [ 1, 11 ] ], true ]',
    'sampleByKeyExact of all': "[ [ [ 'a', 1 ], [ 'b', 2 ], [ 'a', 3 ], [ 'c', 4 ], [ 'a', 5 ] ], [] ]",
    'sampleByKeyExact of few': "[ [ [ 'a', 1 ], [ 'b', 1 ], [ 'c', 1 ] ], [ [ 'b', 3 ], [ 'd', 1 ] ], [ [ 'a', 1 ], [ null, 1 ] ] ]",
    'sampleByKeyExact of nothing': '[ [], [] ]',
    'sampleByKeyExact with the same seed': '[ true, false, false ]',
    'sampleByKeyExact after a shuffle': '[ [ [ 0, 100 ], [ 1, 200 ], [ 2, 300 ] ], 4, [ [ 0, 200 ], [ 1, 400 ], [ 2, 600 ] ] ]',
    'sampleByKeyExact keeps the partitioner': '0',
    'sampleByKeyExact without a fraction for a key':
      "NO_FRACTION: collect: task t of stage s (sampleByKeyExact at job.ts) the same error came 2 times from the same place, last with: sampleByKeyExact has no fraction for the key 'b', met in partition p of stage s. Give each key one; 0 leaves its records out.",
    'sampleByKeyExact of records that are no pairs':
      'NOT_A_PAIR: collect: task t of stage s (sampleByKeyExact at job.ts) the same error came 2 times from the same place, last with: sampleByKeyExact needs pairs, but partition p of stage s has 1. A pair is an array of two, [key, value]: make them with map or keyBy before.',
    'sampleByKeyExact with a fraction of -1': 'INVALID_ARGUMENT: sampleByKeyExact: the fraction is -1; it must be a number from 0.',
    'sampleByKeyExact with a fraction of 2':
      'INVALID_ARGUMENT: sampleByKeyExact: the fraction is 2; it must be a number from 0 to 1 (above 1 only with replacement).',
    'sampleByKeyExact without fractions': 'INVALID_ARGUMENT: sampleByKeyExact: expected a map or an object of fractions by key, got null.',
    'sampleByKeyExact with a seed of 1.5': 'INVALID_ARGUMENT: sampleByKeyExact: seed is 1.5; it must be a whole number.',
    countByKeyApprox:
      "KeyMap(3) { 'a' => { mean: 3, confidence: 1, low: 3, high: 3 }, 'b' => { mean: 1, confidence: 1, low: 1, high: 1 }, 'c' => { mean: 1, confidence: 1, low: 1, high: 1 } }",
    'countByKeyApprox of nothing': '[ KeyMap(0) {}, KeyMap(0) {} ]',
    'countByKeyApprox in no time': 'KeyMap(0) {}',
    'countByKeyApprox confidence': 'INVALID_ARGUMENT: countByKeyApprox: confidence is 1.01; it must be a number from 0 to 1.',
    'countByKeyApprox timeout': 'INVALID_ARGUMENT: countByKeyApprox: timeoutMs is -1; it must be a number of milliseconds from 0.',
  },
});
