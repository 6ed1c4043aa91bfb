type Pair = readonly [key: unknown, value: unknown];

/** So many code units below 256, or half as many of any size, fit exactly into a double. */
const NARROW_UNITS = 6;
const WIDE_UNITS = 3;

/**
 * A number for each key, such that one key stands before another where its number is smaller; equal numbers say nothing, and the keys must
 * be compared. null when the keys are neither all strings nor all numbers. Descending: the other way round.
 * - numbers: themselves, NaN as Infinity
 * - strings: what follows the beginning that all of them share, its first 6 code units as digits (3 where one of them is above 255)
 */
export function keyPrefixes(pairs: readonly Pair[], ascending: boolean): Float64Array | null {
  const kind = typeof pairs[0]?.[0];
  if ((kind !== 'string' && kind !== 'number') || pairs.some((pair) => typeof pair[0] !== kind)) return null;
  const prefixes = kind === 'number' ? ofNumbers(pairs) : ofStrings(pairs);
  if (!ascending) for (let i = 0; i < prefixes.length; i++) prefixes[i] = -(prefixes[i] as number);
  return prefixes;
}

function ofNumbers(pairs: readonly Pair[]): Float64Array {
  const prefixes = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const key = (pairs[i] as Pair)[0] as number;
    prefixes[i] = Number.isNaN(key) ? Number.POSITIVE_INFINITY : key;
  }
  return prefixes;
}

function ofStrings(pairs: readonly Pair[]): Float64Array {
  const shared = sharedLength(pairs);
  const prefixes = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const key = (pairs[i] as Pair)[0] as string;
    let prefix = 0;
    for (let unit = shared; unit < shared + NARROW_UNITS; unit++) {
      const code = unit < key.length ? key.charCodeAt(unit) : 0;
      if (code > 0xff) return ofWideStrings(pairs, shared);
      prefix = prefix * 0x100 + code;
    }
    prefixes[i] = prefix;
  }
  return prefixes;
}

function ofWideStrings(pairs: readonly Pair[], shared: number): Float64Array {
  return Float64Array.from(pairs, (pair) => {
    const key = pair[0] as string;
    let prefix = 0;
    for (let unit = shared; unit < shared + WIDE_UNITS; unit++) prefix = prefix * 0x10000 + (unit < key.length ? key.charCodeAt(unit) : 0);
    return prefix;
  });
}

/** How many code units all keys begin with. */
function sharedLength(pairs: readonly Pair[]): number {
  const first = (pairs[0] as Pair)[0] as string;
  let length = first.length;
  for (let i = 1; i < pairs.length && length > 0; i++) {
    const key = (pairs[i] as Pair)[0] as string;
    if (key.length < length) length = key.length;
    for (let unit = 0; unit < length; unit++) if (key.charCodeAt(unit) !== first.charCodeAt(unit)) length = unit;
  }
  return length;
}
