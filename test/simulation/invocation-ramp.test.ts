import { expect, test } from 'vitest';
import { measureRamp } from './support/ramp-figures.ts';

const job = { tasks: 2_000, taskMs: 5_000 };

test('a quarter of an account of 1,000 is in flight at once, and nothing is refused', async () => {
  const figures = await measureRamp({ ...job, name: 'a quarter of the account', cap: 250, account: 1_000 });
  expect(figures).toMatchObject({ invocations: 2_000, refused: 0, most: 250 });
  // Eight waves of five seconds.
  expect(figures.seconds).toBeLessThan(8 * 5 * 1.2);
});

test('a large account is filled as fast as Lambda starts environments, and next to nothing is refused', async () => {
  const figures = await measureRamp({ name: 'a large account', tasks: 8_000, taskMs: 40_000, cap: 3_000, account: 10_000 });
  expect(figures.most).toBe(3_000);
  expect(figures.refused).toBeLessThanOrEqual(8_000 * 0.01);
  // 3,000 after 20 s; then all of them until 8,000 tasks of 40 s are done.
  expect(figures.seconds).toBeLessThan(150);
});

test('where others use the account, few more are refused than it takes to find what is left, and what is left is used', async () => {
  const figures = await measureRamp({ ...job, name: 'others use the account', cap: 250, account: 60 });
  expect(figures.most).toBe(60);
  expect(figures.refused / figures.invocations).toBeLessThan(0.2);
  // With 60 all the time it would take 167 s.
  expect(figures.seconds).toBeLessThan(167 * 1.5);
});

test('a job goes on with the one environment that is left', async () => {
  const figures = await measureRamp({ name: 'one left', tasks: 50, taskMs: 1_000, cap: 250, account: 1 });
  expect(figures.most).toBe(1);
  expect(figures.seconds).toBeLessThan(50 * 4);
});
