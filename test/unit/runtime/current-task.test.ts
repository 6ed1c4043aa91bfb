import { expect, test } from 'vitest';
import { currentTask, runInTask } from '../../../engine/runtime/worker/current-task.ts';
import type { TaskSpec } from '../../../engine/types/task.ts';

const taskOf = (partition: number): { readonly spec: TaskSpec } => ({ spec: { partition } as TaskSpec });

test('outside of tasks there is none', () => {
  expect(currentTask()).toBe(null);
});

test('tasks that take turns in one thread keep apart, also in what they leave behind', async () => {
  const seen: string[] = [];
  const note = (name: string): void => void seen.push(`${name} in ${currentTask()?.spec.partition}`);
  const work = async (name: string): Promise<void> => {
    note(name);
    await Promise.resolve();
    note(name);
  };
  let left = Promise.resolve();
  const first = runInTask(taskOf(0), () => work('a'));
  runInTask(taskOf(1), () => {
    left = work('left');
  });
  await Promise.all([first, runInTask(taskOf(2), () => work('b')), left]);
  expect(seen).toEqual(['a in 0', 'left in 1', 'b in 2', 'a in 0', 'left in 1', 'b in 2']);
  expect(currentTask()).toBe(null);
});
