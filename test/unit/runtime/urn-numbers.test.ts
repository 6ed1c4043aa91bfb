import { expect, test } from 'vitest';
import { seededNumbers } from '../../../engine/ports/seeded-numbers.ts';
import { binomialNumber, hypergeometricNumber } from '../../../engine/runtime/record-path/urn-numbers.ts';

const STEPS = 100_000;

/** How much of [0, 1) gives each number. */
function shares(draw: (u: number) => number): Map<number, number> {
  const found = new Map<number, number>();
  for (let i = 0; i < STEPS; i++) {
    const k = draw((i + 0.5) / STEPS);
    found.set(k, (found.get(k) ?? 0) + 1 / STEPS);
  }
  return found;
}

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let out = 1n;
  for (let i = 1; i <= k; i++) out = (out * BigInt(n - k + i)) / BigInt(i);
  return out;
}

function ratio(a: bigint, b: bigint): number {
  return Number((a * 10n ** 15n) / b) / 1e15;
}

test.each([
  [5, 5, 10],
  [1, 3, 10],
  [9, 8, 10],
  [40, 30, 100],
  [90, 95, 100],
  [10, 10, 10],
  [0, 4, 10],
  [4, 0, 10],
])('%i draws from an urn with %i of %i marked hit as often as counting says', (draws, marked, total) => {
  const found = shares((u) => hypergeometricNumber({ draws, marked, total }, u));
  let covered = 0;
  for (let k = 0; k <= draws; k++) {
    const expected = ratio(choose(marked, k) * choose(total - marked, draws - k), choose(total, draws));
    expect(found.get(k) ?? 0).toBeCloseTo(expected, 4);
    covered += expected;
  }
  expect(covered).toBeCloseTo(1, 9);
  expect([...found.keys()].every((k) => Number.isInteger(k) && k >= 0 && k <= draws)).toBe(true);
});

test.each([
  [1, 0.5],
  [6, 1 / 3],
  [50, 0.02],
  [100, 0.9],
  [7, 0],
  [7, 1],
  [0, 0.5],
])('%i draws that hit with probability %f', (draws, probability) => {
  const found = shares((u) => binomialNumber(draws, probability, u));
  for (let k = 0; k <= draws; k++) {
    const expected = Number(choose(draws, k)) * probability ** k * (1 - probability) ** (draws - k);
    expect(found.get(k) ?? 0).toBeCloseTo(expected, 4);
  }
});

test('large numbers have the right mean and spread, and stay in their bounds', () => {
  const random = seededNumbers('large');
  const urn = { draws: 400_000_000, marked: 250_000_000, total: 1_000_000_000 };
  const found = Array.from({ length: 400 }, () => hypergeometricNumber(urn, random()));
  const mean = found.reduce((a, b) => a + b, 0) / found.length;
  const deviation = Math.sqrt(found.reduce((sum, k) => sum + (k - mean) ** 2, 0) / (found.length - 1));
  // n·K/N, and the root of n·K/N·(1 − K/N)·(N − n)/(N − 1).
  expect(Math.abs(mean - 100_000_000)).toBeLessThan((5 * 6_708) / 20);
  expect(Math.abs(deviation / 6_708 - 1)).toBeLessThan(0.2);
  expect(hypergeometricNumber(urn, 0.999_999_999_999_999_9)).toBeLessThanOrEqual(urn.marked);
  // Poisson with mean 1.
  const few = shares((u) => binomialNumber(1_000_000_000, 1e-9, u));
  expect([few.get(0), few.get(1), few.get(2), few.get(3)]).toEqual([0.36788, 0.36788, 0.18394, 0.06131].map((p) => expect.closeTo(p, 4)));
});
