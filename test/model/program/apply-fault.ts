import type { RDD } from 'levin';
import type { Rec } from '../../../driver/api/types.ts';
import type { FaultName } from './program.ts';

/** Steps that end in an error. */
export function applyFault(rdd: RDD<unknown>, fault: FaultName): RDD<unknown> {
  switch (fault) {
    case 'noPartitions':
      return rdd.repartition(0);
    case 'throws':
      return rdd.map((x) => {
        if (x !== applyFault) throw new TypeError('a function that throws');
        return 0;
      });
    case 'notAPair':
      return (rdd.map(() => 'no pair') as RDD<unknown> as RDD<[unknown, unknown]>).mapValues((x) => x as Rec);
    case 'mapAsKey':
      return rdd.map(() => new Map()).distinct();
    case 'promiseAsKey':
      return rdd.groupBy((async () => 1) as never);
    case 'unequalPartitions':
      return rdd.zip(rdd.filter(() => false));
    case 'badPartition':
      return rdd.map((x) => [1, x]).partitionBy(3, () => 7.5);
    case 'notIterable':
      return rdd.flatMap((() => 5) as never);
  }
}
