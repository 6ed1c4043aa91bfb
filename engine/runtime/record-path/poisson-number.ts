/** exp(−500) is still a normal number; larger means are drawn in parts. */
const MAX_PART = 500;

/** A number from a Poisson distribution, by Knuth's product of uniform numbers in [0, 1). */
export function poissonNumber(mean: number, random: () => number): number {
  let count = 0;
  for (let left = mean; left > 0; left -= MAX_PART) {
    const end = Math.exp(-Math.min(left, MAX_PART));
    for (let product = random(); product > end; product *= random()) count += 1;
  }
  return count;
}
