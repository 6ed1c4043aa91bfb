import { expect, test } from 'vitest';
import { simulate } from '../../simulator/simulate.ts';

test('20,000 tasks on 1,000 environments: each runs once, in the time of twenty waves of two seconds and what starts and requests add', async () => {
  const tasks = 20_000;
  const invoked = new Map<string, number>();
  const { outcome, elapsedMs, events } = await simulate((lv) => lv.range(tasks, { numSlices: tasks }).count(), {
    seed: 'large',
    workers: 1000,
    // One record read and one written.
    costs: { nsPerRecord: 1e9, nsPerByte: 0 },
    onInvoke: ({ stageId, partition }) => invoked.set(`${stageId}/${partition}`, (invoked.get(`${stageId}/${partition}`) ?? 0) + 1),
  });
  expect(outcome).toMatchObject({ kind: 'answer', answer: tasks });
  expect(invoked.size).toBe(tasks);
  expect(Math.max(...invoked.values())).toBe(1);
  const log = await events();
  const jobMs = (log.find(({ kind }) => kind === 'jobEnded')?.timeMs ?? 0) - (log[0]?.timeMs ?? 0);
  expect(jobMs).toBeGreaterThan(40_000);
  expect(jobMs).toBeLessThan(60_000);
  // Then its 20,000 launch records go, from one partition of items that takes 1,000 writes a second.
  expect(elapsedMs - jobMs).toBeGreaterThan(18_000);
  expect(elapsedMs - jobMs).toBeLessThan(40_000);
});
