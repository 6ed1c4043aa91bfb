/** Any function that a case ships. */
// biome-ignore lint/complexity/noBannedTypes: any function may be shipped
export type Shippable = Function;

/** Takes the snapshot of a function now, as `.map(f)` does at the call; without it the snapshot is taken when `make` returned. */
export type Snapshot = <F extends Shippable>(fn: F) => F;

/** One case of the round trip: a function that is made on the driver, run on an executor, and what must come out. */
export interface ClosureCase {
  /** Row of the table of what works, by its first words. */
  readonly row: string;
  readonly name: string;
  /** Several functions are shipped one by one, and give an array. */
  readonly make: (snapshot: Snapshot) => Shippable | readonly Shippable[] | Promise<Shippable>;
  /** Arguments of the call, plain data. */
  readonly args?: readonly unknown[];
  /** What the shipped function gives: a literal. Iterables are taken apart into arrays. */
  readonly expected: unknown;
  /** What the same function gives where it was made, when that differs by rule. */
  readonly unshipped?: unknown;
  /** Warning that comes with the call; none when absent. */
  readonly warning?: string;
  /** Looks at the result on the driver before it is compared. */
  readonly view?: (result: never) => unknown;
  /** Instead of `expected` for a fully minified bundle, where names differ by rule: what is looked at, and what it must be. */
  readonly minified?: { readonly view: (result: never) => unknown; readonly expected: unknown };
}
