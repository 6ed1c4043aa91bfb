import { expect, test } from 'vitest';
import { runSeed } from './swarm/run-seed.ts';

/** Histories of long runs that went wrong, and what was wrong: a mistake of the driver, or of what watches it. */
const ONCE_FAILED: readonly (readonly [seed: number, what: string])[] = [
  [100330, 'an attempt that was called off ran out of memory, and its task began again with as little'],
  [102363, 'a commit after the end of its application was found by nothing any more'],
  [108896, 'a put of _SUCCESS that was given up and sent again was done late, beside the half of the next output'],
  [124807, 'the end that a replaced driver was refused was taken for the end'],
  [127388, 'every other call of an attempt was late, so that none ended in its time'],
  [127568, 'a copy that lost the race wrote its dead letters after the end'],
  [132115, 'a task was launched again before its attempt that was called off ran out of memory'],
  [169268, 'a driver that was replaced went on after the end, when nothing stood any more'],
  [173435, 'an attempt was told that it is superseded after the end, when nothing stood any more'],
  [307847, 'a copy that lost the race staged its file after the output was published'],
  [406175, 'a replaced driver took what its successor had deleted for damage'],
  [515421, 'a replaced driver, whose mark of an output had no answer, marked it again when its successor had ended'],
];

test('seeds that once failed end well', async () => {
  const wrong: string[] = [];
  for (const [seed, what] of ONCE_FAILED) {
    const verdict = await runSeed(String(seed));
    if (verdict.wrong !== null) wrong.push(`npm run simulate -- --seed ${seed}   (${what}) ${verdict.wrong}`);
  }
  expect(wrong).toEqual([]);
});
