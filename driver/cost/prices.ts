/** What the services charge, in dollars. */
export interface Prices {
  readonly region: string;
  /** When they were read. */
  readonly asOf: string;
  /** Each. */
  readonly invocation: number;
  /** A gigabyte (1,024 MB) of memory for a second: x86. */
  readonly gbSecond: number;
  /** Each PUT, COPY, POST or LIST. */
  readonly objectWrite: number;
  /** Each GET or HEAD. */
  readonly objectRead: number;
  /** Of 1 KB; in a transaction each costs two. */
  readonly itemWrite: number;
  /** Of 4 KB, strongly consistent. */
  readonly itemRead: number;
}

/** The only table of prices: AWS price lists, us-east-1, on demand, without free tiers and discounts. DELETE, and traffic inside the region, cost nothing. */
export const PRICES: Prices = {
  region: 'us-east-1',
  asOf: '2026-10',
  invocation: 0.2e-6,
  gbSecond: 0.0000166667,
  objectWrite: 0.005e-3,
  objectRead: 0.0004e-3,
  itemWrite: 0.625e-6,
  itemRead: 0.125e-6,
};

/** What is paid for. */
export interface Usage {
  readonly invocations: number;
  readonly gbSeconds: number;
  /** PUT requests, and what is billed as one. */
  readonly puts: number;
  readonly gets: number;
  readonly lists: number;
  /** Write and read units. */
  readonly itemWrites: number;
  readonly itemReads: number;
}

export const NO_USAGE: Usage = { invocations: 0, gbSeconds: 0, puts: 0, gets: 0, lists: 0, itemWrites: 0, itemReads: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    invocations: a.invocations + b.invocations,
    gbSeconds: a.gbSeconds + b.gbSeconds,
    puts: a.puts + b.puts,
    gets: a.gets + b.gets,
    lists: a.lists + b.lists,
    itemWrites: a.itemWrites + b.itemWrites,
    itemReads: a.itemReads + b.itemReads,
  };
}

/** Dollars. */
export function costOf(usage: Usage, prices: Prices = PRICES): number {
  return (
    usage.invocations * prices.invocation +
    usage.gbSeconds * prices.gbSecond +
    (usage.puts + usage.lists) * prices.objectWrite +
    usage.gets * prices.objectRead +
    usage.itemWrites * prices.itemWrite +
    usage.itemReads * prices.itemRead
  );
}
