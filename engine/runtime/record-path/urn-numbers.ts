/** How many of `draws` hit the marked ones when `marked` of `total` are marked and none is put back. */
export function hypergeometricNumber(urn: { readonly draws: number; readonly marked: number; readonly total: number }, u: number): number {
  const { draws, marked, total } = urn;
  const unmarked = total - marked;
  const low = Math.max(0, draws - unmarked);
  const high = Math.min(draws, marked);
  if (low >= high) return low;
  const mode = clamp(Math.floor(((draws + 1) * (marked + 1)) / (total + 2)), low, high);
  const atMode = Math.exp(logChoose(marked, mode) + logChoose(unmarked, draws - mode) - logChoose(total, draws));
  const ratio = (k: number): number => ((marked - k) / (k + 1)) * ((draws - k) / (unmarked - draws + k + 1));
  return fromMode({ low, high, mode, atMode, ratio }, u);
}

/** How many of `draws` hit when each does with this probability. */
export function binomialNumber(draws: number, probability: number, u: number): number {
  if (draws === 0 || probability <= 0) return 0;
  if (probability >= 1) return draws;
  const mode = clamp(Math.floor((draws + 1) * probability), 0, draws);
  const atMode = Math.exp(logChoose(draws, mode) + mode * Math.log(probability) + (draws - mode) * Math.log1p(-probability));
  const ratio = (k: number): number => ((draws - k) / (k + 1)) * (probability / (1 - probability));
  return fromMode({ low: 0, high: draws, mode, atMode, ratio }, u);
}

interface Distribution {
  readonly low: number;
  readonly high: number;
  readonly mode: number;
  /** Probability of the mode. */
  readonly atMode: number;
  /** Probability of k + 1 over that of k. */
  readonly ratio: (k: number) => number;
}

/** What is left further out is rounding. */
const NEGLIGIBLE = 1e-20;

/** Inversion that begins at the mode and goes outwards on both sides: about as many steps as the standard deviation. */
function fromMode({ low, high, mode, atMode, ratio }: Distribution, u: number): number {
  let left = u - atMode;
  if (left < 0) return mode;
  let [down, up, below, above] = [mode, mode, atMode, atMode];
  while ((up < high && above > NEGLIGIBLE) || (down > low && below > NEGLIGIBLE)) {
    if (up < high) {
      above *= ratio(up);
      up += 1;
      left -= above;
      if (left < 0) return up;
    }
    if (down > low) {
      below /= ratio(down - 1);
      down -= 1;
      left -= below;
      if (left < 0) return down;
    }
  }
  return mode;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Stirling's series; small ones as they are. */
function logFactorial(n: number): number {
  if (n < 20) {
    let product = 1;
    for (let k = 2; k <= n; k += 1) product *= k;
    return Math.log(product);
  }
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
