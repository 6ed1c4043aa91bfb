export interface BoundedOptions {
  /** Calls in flight at once, at least 1. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `each` for every item, at most `concurrency` at once, and gives the results in the items' order.
 *
 * The first failure aborts the signal that the others were given; all of them are waited for, then that first error is thrown as it was.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  options: BoundedOptions,
  each: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const abort = new AbortController();
  const signal = options.signal === undefined ? abort.signal : AbortSignal.any([options.signal, abort.signal]);
  const results: R[] = new Array(items.length);
  const failures: unknown[] = [];
  let next = 0;

  const work = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        signal.throwIfAborted();
        results[index] = await each(items[index] as T, signal);
      } catch (error) {
        failures.push(error);
        abort.abort(error);
      }
    }
  };

  options.signal?.throwIfAborted();
  await Promise.all(Array.from({ length: Math.min(options.concurrency, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
