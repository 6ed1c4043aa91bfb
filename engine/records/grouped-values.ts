/** Values that were put together by the places of their keys in a key table. */
export interface GroupedValues {
  add(place: number, value: unknown): void;
  /** The values of a place, in the order in which they were added. Asked in the order of places, each once: they are gone from here then. */
  take(place: number): unknown[];
}

const BUCKET_BITS = 8;
const BUCKET_SIZE = 1 << BUCKET_BITS;
const SMALLEST_BUCKET = 16;

interface Bucket {
  readonly values: unknown[];
  /** Of each value its place in the bucket. */
  places: Uint8Array<ArrayBuffer>;
}

/**
 * Appending to one of 100,000 arrays misses the processor's cache four times: the array, its length, its elements, the entry that has it.
 * So the values of 256 neighbouring places are written down behind each other, and become arrays when they are taken.
 * ```
 *   places 0 to 255      values │ a │ c │ b │ d │ …     places │ 7 │ 0 │ 7 │ 3 │ …     ─▶ [ [c], …, [d], …, [a, b], … ]
 *   places 256 to 511    values │ e │ …                 places │ 9 │ …
 * ```
 */
export function createGroupedValues(): GroupedValues {
  const buckets: (Bucket | undefined)[] = [];
  let groups: readonly unknown[][] = [];
  let taken = -1;
  return {
    add(place, value) {
      const at = place >>> BUCKET_BITS;
      let bucket = buckets[at];
      if (bucket === undefined) {
        // Keys may have come whose values are elsewhere.
        while (buckets.length <= at) buckets.push(undefined);
        bucket = { values: [], places: new Uint8Array(SMALLEST_BUCKET) };
        buckets[at] = bucket;
      }
      const count = bucket.values.push(value);
      if (count > bucket.places.length) bucket.places = grown(bucket.places);
      bucket.places[count - 1] = place & (BUCKET_SIZE - 1);
    },
    take(place) {
      const at = place >>> BUCKET_BITS;
      if (at !== taken) {
        groups = groupsOf(buckets[at]);
        buckets[at] = undefined;
        taken = at;
      }
      return groups[place & (BUCKET_SIZE - 1)] ?? [];
    },
  };
}

function grown(places: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(2 * places.length);
  more.set(places);
  return more;
}

/** Arrays without room for more. */
function groupsOf(bucket: Bucket | undefined): unknown[][] {
  if (bucket === undefined) return [];
  const { values, places } = bucket;
  const { length } = values;
  const counts = new Int32Array(BUCKET_SIZE);
  for (let i = 0; i < length; i++) (counts[places[i] as number] as number)++;
  // Slices have the values' kind of elements and no holes; what is in them does not matter yet.
  const groups = Array.from(counts, (count) => values.slice(0, count));
  counts.fill(0);
  for (let i = 0; i < length; i++) {
    const place = places[i] as number;
    const at = counts[place] as number;
    (groups[place] as unknown[])[at] = values[i];
    counts[place] = at + 1;
  }
  return groups;
}
