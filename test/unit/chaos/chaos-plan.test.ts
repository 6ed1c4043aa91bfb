import { expect, test } from 'vitest';
import { createChaosPlan, type InjectedFault } from '../../../driver/chaos/chaos-plan.ts';
import { parseChaos } from '../../../driver/chaos/parse-chaos.ts';

const points = Array.from({ length: 2000 }, (_, i) => `0/${i}/0/0`);
const struck = (seed: string, order: readonly string[] = points): readonly string[] => {
  const plan = createChaosPlan({ chaos: parseChaos('task=0.05', 'local'), seed, earlier: {}, onFault: () => undefined });
  return order.filter((point) => plan.strikes('task', point)).toSorted();
};

test('the same seed strikes the same points in any order; about as many as asked', () => {
  expect(struck('7', points.toReversed())).toEqual(struck('7'));
  expect(struck('8')).not.toEqual(struck('7'));
  // 2,000 points with a probability of 0.05: 100, and five standard deviations of 9.75 around it.
  expect(struck('7').length).toBeGreaterThan(51);
  expect(struck('7').length).toBeLessThan(149);
});

test('limits hold, and what was done is counted over all drivers', () => {
  const told: InjectedFault[] = [];
  const plan = createChaosPlan({
    chaos: parseChaos('shuffle=1', 'local'),
    seed: '7',
    earlier: { shuffle: 4 },
    onFault: (fault) => void told.push(fault),
  });
  const limits = [{ scope: 'stage 0', most: 2 }];

  expect([1, 2, 3].map((point) => plan.strikes('shuffle', String(point), limits))).toEqual([true, true, false]);
  plan.tell('shuffle', 'deleted it');

  expect(told).toEqual([{ fault: 'shuffle', total: 5, text: 'deleted it' }]);
});
