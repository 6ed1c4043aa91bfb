/** A partition of a persisted RDD as an object of the attempt that computed it: real by the commit of its task. */
export interface StoredBlock {
  /** Which persisted RDD: they are counted in the order in which the program persists them. */
  readonly rdd: number;
  readonly partition: number;
  /** What the RDD computes: of a program that persists in another order when it is resumed, no block is taken for another's. */
  readonly print: string;
  readonly key: string;
  readonly length: number;
}
