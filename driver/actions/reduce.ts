import { LevinError } from '../../engine/errors/levin-error.ts';
import { emptyRdd } from './take.ts';

/** Merges the results of all partitions in their order; a partition without records has none. */
export function mergeReduced<T>(parts: readonly (readonly unknown[])[], f: (a: T, b: T) => T): T {
  const results = parts.flat(1) as T[];
  if (results.length === 0) throw emptyRdd('reduce');
  return results.reduce((a, b) => refusePromise(f(a, b)));
}

/** As in tasks: merged on, a promise would be taken for a record. */
function refusePromise<T>(merged: T): T {
  if (!(merged instanceof Promise)) return merged;
  // Its own rejection must not count as unhandled beside the error.
  merged.catch(() => undefined);
  throw new LevinError({
    code: 'PROMISE_NOT_ALLOWED',
    fault: 'user',
    message: 'reduce: the function returned a promise. It must merge two records at once: do what is asynchronous in a map before.',
  });
}
