import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shownRuns } from '../../support/example-runs.ts';
import { testExample } from '../../support/test-example.ts';

const [TRIALS, LEGS, SLACK] = [1_000_000, 5, 25];

function readDelays(): number[] {
  const text = readFileSync('node_modules/vega-datasets/data/flights-20k.json', 'utf8');
  return [...text.matchAll(/"delay":(-?\d+)/g)].map(([, delay]) => Number(delay));
}

/** One trial after the other, with mulberry32 as its author wrote it. */
function plainTrials(): string {
  const delays = readDelays();
  const late = new Int32Array(TRIALS);
  for (let trial = 0; trial < TRIALS; trial++) {
    let a = Math.imul(trial, 0x9e3779b9);
    let behind = 0;
    for (let leg = 0; leg < LEGS; leg++) {
      a = (a + 1831565813) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      const delay = delays[Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * delays.length)] as number;
      behind = Math.max(0, behind - SLACK) + Math.max(0, delay);
    }
    late[trial] = behind;
  }
  const lines = [0, 15, 30, 60, 120, 240].map((limit) => {
    const percent = (late.filter((minutes) => minutes > limit).length / TRIALS) * 100;
    return `more than ${String(limit).padStart(3)} minutes: ${percent.toFixed(2).padStart(5)} %`;
  });
  const [sum, worst] = [late.reduce((a, b) => a + b, 0), late.reduce((a, b) => Math.max(a, b), 0)];
  return [`${TRIALS} days: ${(sum / TRIALS).toFixed(2)} minutes late on average, ${worst} at worst`, ...lines, ''].join('\n');
}

/** The exact distribution of the last delay, without chance: five convolutions. */
function exactDistribution(): Float64Array {
  const delays = readDelays().map((delay) => Math.max(0, delay));
  const drawn = new Float64Array(Math.max(...delays) + 1);
  for (const delay of delays) drawn[delay] = (drawn[delay] as number) + 1 / delays.length;
  let late = Float64Array.of(1);
  for (let leg = 0; leg < LEGS; leg++) {
    const next = new Float64Array(late.length + drawn.length);
    for (const [minutes, p] of late.entries()) {
      const carried = Math.max(0, minutes - SLACK);
      for (const [delay, q] of drawn.entries()) next[carried + delay] = (next[carried + delay] as number) + p * q;
    }
    late = next;
  }
  return late;
}

testExample('monte-carlo', {
  expected: () => [plainTrials()],
  totals: ['2 jobs, 2 stages, 3 tasks, 0 retries'],
  mistake: ['examples/monte-carlo.ts', 'late - SLACK_MINUTES', 'late + SLACK_MINUTES'],
});

test('what the page shows lies within four standard errors of the exact answer', () => {
  const exact = exactDistribution();
  const output = shownRuns('monte-carlo')[0]?.output ?? '';
  const mean = exact.reduce((sum, p, minutes) => sum + p * minutes, 0);
  const variance = exact.reduce((sum, p, minutes) => sum + p * (minutes - mean) ** 2, 0);
  expect(Math.abs(Number(/([\d.]+) minutes late/.exec(output)?.[1]) - mean)).toBeLessThan(4 * Math.sqrt(variance / TRIALS) + 0.005);
  const shares = [...output.matchAll(/more than +(\d+) minutes: +([\d.]+) %/g)];
  expect(shares).toHaveLength(6);
  for (const [, limit, percent] of shares) {
    const p = exact.subarray(Number(limit) + 1).reduce((a, b) => a + b, 0);
    expect(Math.abs(Number(percent) / 100 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / TRIALS) + 0.00005);
  }
});
