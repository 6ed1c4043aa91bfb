import { rangeNotSatisfiable } from './object-errors.ts';

/** Throws `RANGE_NOT_SATISFIABLE` unless `[start, end)` lies within an object of `size` bytes. An empty range within it is fine. */
export function checkObjectRange(key: string, range: { readonly start: number; readonly end: number }, size: number): void {
  const { start, end } = range;
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!whole || start < 0 || start > end || end > size) throw rangeNotSatisfiable(key, range, size);
}
