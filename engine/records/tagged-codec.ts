/**
 * The encoding of records that MessagePack would change: class instances, Map and Set, cycles, holes, any depth …
 * with the class rules of captured values. Implemented by `engine/closures/runtime`.
 */
export interface TaggedCodec {
  /** Throws `RECORD_NOT_ENCODABLE` for what cannot travel (functions, promises, classes that executors cannot reach …), with the path to it. */
  encode(value: unknown): Uint8Array;
  /** Throws `CORRUPT_DATA`, or `MODULES_NOT_LOADED` when the value needs classes of modules that were not evaluated here yet. */
  decode(bytes: Uint8Array): unknown;
}

/** Loads the modules whose classes some tagged records need. On executors: `prepareClosures` with their loader. */
export type PrepareRecords = (payloads: readonly Uint8Array[]) => Promise<void>;
