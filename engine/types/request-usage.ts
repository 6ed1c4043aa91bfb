/** Requests that were made of the stores, each that went over the network counted: retries, second requests and refused ones, too. */
export interface RequestUsage {
  /** PUT, and what is billed like it: copies, parts. */
  readonly puts: number;
  readonly gets: number;
  readonly heads: number;
  readonly lists: number;
  /** Batches count once. */
  readonly deletes: number;
  /** Calls that read items, and that write them. */
  readonly itemReads: number;
  readonly itemWrites: number;
  /** What these count where items are billed: 4 KB of a read, 1 KB of a write. */
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Bodies of objects that were answered. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export const NO_REQUESTS: RequestUsage = {
  puts: 0,
  gets: 0,
  heads: 0,
  lists: 0,
  deletes: 0,
  itemReads: 0,
  itemWrites: 0,
  readUnits: 0,
  writeUnits: 0,
  bytesRead: 0,
  bytesWritten: 0,
};

const FIELDS = Object.keys(NO_REQUESTS) as readonly (keyof RequestUsage)[];

/** What was used between two looks at a total. */
export function requestsSince(before: RequestUsage, now: RequestUsage): RequestUsage {
  return Object.fromEntries(FIELDS.map((field) => [field, now[field] - before[field]])) as unknown as RequestUsage;
}

export function addRequests(a: RequestUsage, b: RequestUsage): RequestUsage {
  return Object.fromEntries(FIELDS.map((field) => [field, a[field] + b[field]])) as unknown as RequestUsage;
}
