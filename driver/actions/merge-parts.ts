import { LevinError } from '../../engine/errors/levin-error.ts';

/** Merges the results of partitions, in partition order, with the user's function. */
export function mergeParts<T>(action: string, f: (a: T, b: T) => T, parts: readonly T[]): T {
  const [head, ...rest] = parts;
  let merged = head as T;
  for (const part of rest) {
    merged = f(merged, part);
    if (merged instanceof Promise) {
      // Its own rejection must not count as unhandled beside the error.
      merged.catch(() => undefined);
      throw promiseGiven(action);
    }
  }
  return merged;
}

function promiseGiven(action: string): LevinError {
  return new LevinError({
    code: 'PROMISE_NOT_ALLOWED',
    fault: 'user',
    message: `${action}: the function that merges the results of partitions gave a promise. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.`,
  });
}
