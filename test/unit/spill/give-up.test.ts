import { expect, test } from 'vitest';
import { createSpillSpace } from '../../../engine/runtime/spill/spill-space.ts';
import { newCounters } from '../../../engine/runtime/task-context.ts';
import { AMPLE_MEMORY, memoryScratch } from '../../support/task-memory.ts';

test('when the process runs short, what is kept for later tasks goes before anything is spilled', () => {
  let kept = 2;
  let bytes = 0;
  const space = createSpillSpace({
    scratch: memoryScratch(),
    memory: { ...AMPLE_MEMORY, heapLimitBytes: Number.POSITIVE_INFINITY, residentLimitBytes: 100 },
    shareBytes: 1000,
    counters: newCounters(),
    // Larger at every look.
    residentBytes: () => {
      bytes += 200;
      return bytes;
    },
    giveUp: () => kept-- > 0,
  });
  const answers = Array.from({ length: 64 * 4 }, () => space.mustSpill(1)).filter((_, i) => (i + 1) % 64 === 0);
  expect(answers).toEqual([null, null, 'forced', 'forced']);
  expect(space.mustSpill(1001)).toBe('full');
});
