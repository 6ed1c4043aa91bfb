/** One case of what cannot travel: a call that must throw. What it must say stands in the test. */
export interface RefusalCase {
  /** Row of the table of refusals, by its first words. */
  readonly row: string;
  readonly name: string;
  /** Makes the call; the error is thrown by it, or by the action it returns the promise of. */
  readonly run: () => unknown;
}
