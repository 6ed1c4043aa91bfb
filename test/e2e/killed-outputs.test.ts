import { expect, test } from 'vitest';
import { killOutputs } from '../support/killed-outputs.ts';

test('runs that overwrite a folder are killed at every third change in it and resumed: readers see whole outputs, no row is there twice', async () => {
  const { killed, reads, versions, wrong } = await killOutputs({ step: 3 });
  expect(wrong).toEqual([]);
  expect(killed).toBeGreaterThan(5);
  expect(versions).toBeGreaterThan(2);
  expect(reads).toBeGreaterThan(20);
});
