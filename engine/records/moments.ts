/** What is known of some numbers: enough for count, sum, mean and variance, and mergeable. */
export interface Moments {
  count: number;
  sum: number;
  mean: number;
  /** Sum of the squared differences from the mean. */
  m2: number;
  /** Infinity when there is no number. */
  min: number;
  /** −Infinity when there is no number. */
  max: number;
}

export function noMoments(): Moments {
  return { count: 0, sum: 0, mean: 0, m2: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
}

/** Welford's step: exact where sums of squares would lose all digits. */
export function addNumber(moments: Moments, value: number): void {
  moments.count += 1;
  moments.sum += value;
  const delta = value - moments.mean;
  moments.mean += delta / moments.count;
  moments.m2 += delta * (value - moments.mean);
  moments.min = Math.min(moments.min, value);
  moments.max = Math.max(moments.max, value);
}

/** The moments of both together (Chan, Golub, LeVeque). */
export function mergeMoments(a: Readonly<Moments>, b: Readonly<Moments>): Moments {
  if (a.count === 0) return { ...b };
  if (b.count === 0) return { ...a };
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  return {
    count,
    sum: a.sum + b.sum,
    mean: a.mean + (delta * b.count) / count,
    m2: a.m2 + b.m2 + (delta * delta * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}
