import { expect, test } from 'vitest';
import { runLibraries } from '../../../support/closures-corpus-libraries.ts';

test('lodash-es, acorn, estree-walker, magic-string, d3-dsv, zod and sourcemap-codec compute the same after the transform', async () => {
  const plain = await runLibraries(null);
  expect(plain.result.length).toBeGreaterThan(1_000_000);

  const driver = await runLibraries('driver');
  expect(driver.transformed).toBeGreaterThan(400);
  expect(driver.result === plain.result).toBe(true);

  const executor = await runLibraries('executor');
  expect(executor.transformed).toBe(driver.transformed);
  expect(executor.result === plain.result).toBe(true);
  expect(executor.factories).toBeGreaterThan(1_000);
  expect(executor.rebuilt).toBeGreaterThan(100);
});
