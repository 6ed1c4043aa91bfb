import type { RDD } from './rdd.ts';
import type { Rec } from './types.ts';

type Narrow = <U>(operation: 'mapPartitions' | 'mapPartitionsWithIndex', f: unknown, keepsPartitioner: boolean) => RDD<U>;
type Records<T> = IteratorObject<T, undefined> & AsyncIterable<T>;

let construct: <T>(narrow: Narrow) => RDDBarrier<T>;

/** Made by `rdd.barrier()`. */
export function rddBarrier<T>(narrow: Narrow): RDDBarrier<T> {
  return construct<T>(narrow);
}

/** An RDD whose next operation runs in a barrier stage: all its tasks at the same time. Made by `rdd.barrier()`. */
export class RDDBarrier<out T> {
  readonly #narrow: Narrow;

  private constructor(narrow: Narrow) {
    this.#narrow = narrow;
  }

  static {
    construct = (narrow) => new RDDBarrier(narrow);
  }

  /** As `rdd.mapPartitions`, with all tasks of the stage at the same time; the function is usually async, to wait for the others. */
  mapPartitions<U extends Rec>(
    f: (records: Records<T>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    preservesPartitioning = false,
  ): RDD<U> {
    return this.#narrow('mapPartitions', f, preservesPartitioning);
  }

  /** As `mapPartitions`, with the partition's number, counted from 0, as first argument. */
  mapPartitionsWithIndex<U extends Rec>(
    f: (index: number, records: Records<T>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    preservesPartitioning = false,
  ): RDD<U> {
    return this.#narrow('mapPartitionsWithIndex', f, preservesPartitioning);
  }
}
