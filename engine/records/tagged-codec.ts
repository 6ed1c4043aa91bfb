/**
 * The encoding of records that MessagePack would change: class instances, Map and Set, cycles, holes, any depth …
 * with the class rules of captured values. Implemented by `engine/closures/runtime`.
 */
export interface TaggedCodec {
  /** Throws for what cannot travel (functions, promises, classes that executors cannot reach …), with the path to it. */
  encode(value: unknown): Uint8Array;
  /** Throws `CORRUPT_DATA`. */
  decode(bytes: Uint8Array): unknown;
}
