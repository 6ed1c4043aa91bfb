import { compareKeys } from './compare-keys.ts';
import { keyPrefixes } from './key-prefixes.ts';

type Pair = readonly [key: unknown, value: unknown];

/** Below this many the comparator alone is as fast. */
const MIN_PREFIXED = 64;
/** Runs that are sorted by insertion before the merging begins. */
const RUN = 16;

/**
 * The pairs in the order of `compareKeys`; equal keys stay as they came, in either direction.
 *
 * Where all keys are strings, or all are numbers, each gets a number that orders as it does (key-prefixes.ts), and these numbers are sorted in
 * typed arrays, together with the places of their pairs; keys themselves are compared only where the numbers are equal. A comparator called
 * for each comparison took four times as long (docs/performance.md).
 */
export function sortByKey<P extends Pair>(pairs: readonly P[], ascending: boolean): P[] {
  const compare = ascending ? (a: P, b: P): number => compareKeys(a[0], b[0]) : (a: P, b: P): number => compareKeys(b[0], a[0]);
  const prefixes = pairs.length < MIN_PREFIXED ? null : keyPrefixes(pairs, ascending);
  if (prefixes === null) return pairs.toSorted(compare);
  const order = sortedOrder(prefixes, (a, b) => compare(pairs[a] as P, pairs[b] as P));
  const sorted: P[] = [];
  for (let i = 0; i < order.length; i++) sorted.push(pairs[order[i] as number] as P);
  return sorted;
}

/** What is merged: prefixes and, beside each, the place that it came from. */
interface Column {
  readonly prefixes: Float64Array;
  readonly places: Uint32Array;
}

interface Merge {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

/** Places by prefix, ties by `compare` and then as they came: runs sorted by insertion, merged from the bottom up. */
function sortedOrder(prefixes: Float64Array, compare: (a: number, b: number) => number): Uint32Array {
  const count = prefixes.length;
  let from: Column = { prefixes, places: new Uint32Array(count) };
  for (let i = 0; i < count; i++) from.places[i] = i;
  let to: Column = { prefixes: new Float64Array(count), places: new Uint32Array(count) };
  for (let start = 0; start < count; start += RUN) sortRun(from, start, Math.min(start + RUN, count), compare);
  for (let width = RUN; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const [middle, end] = [Math.min(start + width, count), Math.min(start + 2 * width, count)];
      mergeRuns(from, to, { start, middle, end }, compare);
    }
    [from, to] = [to, from];
  }
  return from.places;
}

function sortRun({ prefixes, places }: Column, start: number, end: number, compare: (a: number, b: number) => number): void {
  for (let i = start + 1; i < end; i++) {
    const prefix = prefixes[i] as number;
    const place = places[i] as number;
    let at = i;
    for (; at > start; at--) {
      const before = prefixes[at - 1] as number;
      if (before < prefix || (before === prefix && compare(places[at - 1] as number, place) <= 0)) break;
      prefixes[at] = before;
      places[at] = places[at - 1] as number;
    }
    prefixes[at] = prefix;
    places[at] = place;
  }
}

function mergeRuns(from: Column, to: Column, { start, middle, end }: Merge, compare: (a: number, b: number) => number): void {
  const { prefixes, places } = from;
  const { prefixes: outPrefixes, places: outPlaces } = to;
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    let takeLeft = right >= end;
    if (!takeLeft && left < middle) {
      const a = prefixes[left] as number;
      const b = prefixes[right] as number;
      takeLeft = a < b || (a === b && compare(places[left] as number, places[right] as number) <= 0);
    }
    const next = takeLeft ? left++ : right++;
    outPrefixes[at] = prefixes[next] as number;
    outPlaces[at] = places[next] as number;
  }
}
