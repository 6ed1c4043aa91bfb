/** The x below which a standard normal variable lies with this probability. */
export function normalQuantile(probability: number): number {
  return bisect(probability, normalCdf);
}

/** The same for Student's t with so many degrees of freedom. */
export function studentQuantile(probability: number, degrees: number): number {
  return bisect(probability, (x) => studentCdf(x, degrees));
}

/** Above this mean the first terms of Cornish and Fisher's expansion are less than one off. */
const LARGE_MEAN = 1_000_000;

/** The smallest whole number that a Poisson variable with this mean does not exceed with this probability. */
export function poissonQuantile(probability: number, mean: number): number {
  if (probability <= 0 || mean === 0) return 0;
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  if (mean > LARGE_MEAN) {
    const z = normalQuantile(probability);
    return Math.max(0, Math.round(mean + z * Math.sqrt(mean) + (z * z - 1) / 6));
  }
  // Terms relative to the largest, which stands at the mean: none is too small for a number where it counts.
  const mode = Math.floor(mean);
  const first = Math.max(0, Math.floor(mean - 40 * Math.sqrt(mean)));
  const below: number[] = [];
  for (let k = mode, term = 1; k >= first && term > 1e-300; term *= k / mean, k--) below.push(term);
  const above: number[] = [];
  for (let k = mode + 1, term = mean / k; term > 1e-20; k++, term *= mean / k) above.push(term);
  const terms = [...below.reverse(), ...above];
  const total = terms.reduce((sum, term) => sum + term, 0);
  let sum = 0;
  const at = terms.findIndex((term) => {
    sum += term;
    return sum >= probability * total;
  });
  return mode + 1 - below.length + (at < 0 ? terms.length - 1 : at);
}

/** Both distributions are symmetric: the upper half is searched and mirrored. Close to 1 the bracket is doubled until it holds the answer. */
function bisect(probability: number, cdf: (x: number) => number): number {
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -bisect(1 - probability, cdf);
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  let [low, high] = [0, 1];
  while (cdf(high) < probability && high < 1e300) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** For x ≥ 0, through the incomplete gamma function: P(1/2, x²/2) as a continued fraction or series. */
function normalCdf(x: number): number {
  const z = (x * x) / 2;
  if (z < 1.5) {
    let term = 1;
    let sum = 1;
    for (let k = 1; k < 200 && term > 1e-17 * sum; k++) {
      term *= (2 * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + (x * Math.exp(-z) * sum) / Math.sqrt(2 * Math.PI);
  }
  // The upper tail: x + 1/(x + 2/(x + 3/(x + …))).
  let fraction = x;
  for (let k = 200; k >= 1; k--) fraction = x + k / fraction;
  return 1 - Math.exp(-z) / (fraction * Math.sqrt(2 * Math.PI));
}

/** For x ≥ 0 and a whole number of degrees of freedom: the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4. */
function studentCdf(x: number, degrees: number): number {
  const theta = Math.atan(x / Math.sqrt(degrees));
  const cosine2 = Math.cos(theta) ** 2;
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine2;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + inside / 2;
}
