/** A partition of a persisted RDD. */
export interface BlockId {
  /** Which persisted RDD: they are counted in the order in which the program persists them. */
  readonly rdd: number;
  readonly partition: number;
}

/** A block that is kept, and what it takes there. */
export interface KeptBlock extends BlockId {
  /** By estimate where it is kept as objects. */
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** What a worker says of its blocks with the outcome of an attempt. */
export interface BlockReport {
  /** The worker's own name: one that replaces it has another, and none of its blocks. */
  readonly store: string;
  /** Blocks that the attempt read in place of computing them. */
  readonly hits: number;
  /** Blocks that it computed. */
  readonly computed: number;
  /** Kept, or moved, since the last report; the newest state of each. */
  readonly kept: readonly KeptBlock[];
  /** Gone since the last report, to make room. */
  readonly evicted: readonly BlockId[];
}

/** A worker as the driver finds it again: which executor, and which of its workers. */
export interface WorkerPlace {
  readonly executorId: string;
  readonly worker: number;
}

/** A report with its sender. */
export type PlacedBlockReport = BlockReport & WorkerPlace;

/** Where an attempt finds blocks that it would otherwise have to compute. */
export interface PreferredPlaces {
  readonly places: readonly WorkerPlace[];
  /** What computing them costs: it waits no longer than this for one of the places. */
  readonly waitMs: number;
}
