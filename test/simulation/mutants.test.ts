import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import { findSeed } from './mutation/find-seed.ts';
import { mutants } from './mutation/mutants.ts';
import { patchOf } from './mutation/patch.ts';
import { runSeed } from './swarm/run-seed.ts';

const SEEDS = 2_000;

test('every mistake of the list is seen by the seed that is noted with it', { timeout: 900_000 }, async () => {
  const unseen = await mapBounded(mutants, { concurrency: availableParallelism() }, async (mutant) => {
    const patch = patchOf(mutant);
    const found = await findSeed(patch, { from: mutant.seed, count: 1 });
    // Histories change with the code: then it has to be another of the first seeds, and should be noted.
    return (found ?? (await findSeed(patch, { from: 0, count: SEEDS }))) === null ? [mutant.name] : [];
  });
  expect(unseen.flat()).toEqual([]);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});

test('without the mistakes the same seeds end well', { timeout: 300_000 }, async () => {
  const wrong: string[] = [];
  for (const seed of new Set(mutants.map((mutant) => mutant.seed))) {
    const verdict = await runSeed(String(seed));
    if (verdict.wrong !== null) wrong.push(`npm run simulate -- --seed ${seed}   ${verdict.wrong}`);
  }
  expect(wrong).toEqual([]);
});
