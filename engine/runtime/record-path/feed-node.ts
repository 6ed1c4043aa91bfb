/** Runs all records of a node's partition through a function. */
export type FeedNode = (node: number, write: (record: unknown) => void) => Promise<void>;
