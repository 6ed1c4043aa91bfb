/** What functions of programs know of records of any kind; loaded by driver and executors alike. */

/** Text that is the same exactly for values that are the same: −0, bigints, NaN and undefined differ from what they resemble. Names are sorted. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'object':
      return value === null ? 'null' : showObject(value);
    default:
      return String(value);
  }
}

function showObject(value: object): string {
  if (Array.isArray(value)) return `[${Array.from(value, show).join(',')}]`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${show((value as Record<string, unknown>)[name])}`).join(',')}}`;
}

/** A small whole number that depends on all of the value, and not on the sign of zeros: equal keys weigh the same. */
export function weigh(value: unknown): number {
  const text = show(plainZeros(value));
  let sum = 7;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 10_007;
  return sum;
}

/** Without negative zeros: which of two equal keys stands for both is not always promised. */
export function plainZeros(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(plainZeros);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainZeros(part)]));
}

/** Arrays whose order is not promised, in an order of their own. */
export function inOrderOfText(values: readonly unknown[]): unknown[] {
  return values
    .map((value) => [show(value), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, value]) => value);
}
