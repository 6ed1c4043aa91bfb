/** A uniform sample of at most `size` values of a stream whose length nobody knows (Vitter's algorithm R). */
export interface Reservoir<T> {
  offer(value: T): void;
  /** How many were offered. */
  readonly count: number;
  readonly sample: readonly T[];
}

/** `random` gives numbers in [0, 1). */
export function createReservoir<T>(size: number, random: () => number): Reservoir<T> {
  const sample: T[] = [];
  let count = 0;
  return {
    offer(value) {
      count += 1;
      if (sample.length < size) {
        sample.push(value);
        return;
      }
      const at = Math.floor(random() * count);
      if (at < size) sample[at] = value;
    },
    get count() {
      return count;
    },
    sample,
  };
}
