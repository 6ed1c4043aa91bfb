import { LevinError } from '../../engine/errors/levin-error.ts';

/** Merges the results of partitions, in partition order, with the user's function. */
export function mergeParts<T>(action: string, f: (a: T, b: T) => T, parts: readonly T[]): T {
  return parts.reduce((a, b) => refusePromise(action, f(a, b)));
}

/** As in tasks: merged on, a promise would be taken for a record. */
function refusePromise<T>(action: string, merged: T): T {
  if (!(merged instanceof Promise)) return merged;
  // Its own rejection must not count as unhandled beside the error.
  merged.catch(() => undefined);
  throw new LevinError({
    code: 'PROMISE_NOT_ALLOWED',
    fault: 'user',
    message: `${action}: the function returned a promise. It must merge two records at once: do what is asynchronous in a map before.`,
  });
}
