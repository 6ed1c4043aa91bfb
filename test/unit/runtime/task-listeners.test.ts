import { expect, test } from 'vitest';
import { TaskContext } from '../../../engine/closures/runtime/task-context.ts';
import { createTaskAccumulators } from '../../../engine/runtime/task-accumulators.ts';
import { runWithListeners } from '../../../engine/runtime/worker/run-with-listeners.ts';
import { specOf } from '../../support/executors/specs.ts';

const SPEC = { ...specOf({ do: 'value', value: '' }, { partition: 7 }), localProperties: { pool: 'etl' } };
const never = new AbortController().signal;
const accumulators = createTaskAccumulators(SPEC, []);

const context = (): TaskContext => TaskContext.get() as TaskContext;
const run = <R>(work: () => R | Promise<R>, signal = never): Promise<R> =>
  runWithListeners({ spec: SPEC, signal, barrier: null, accumulators, secret: async () => '' }, async () => await work());

test('outside of a task there is none', () => {
  expect([TaskContext.get(), TaskContext.getPartitionId()]).toEqual([null, 0]);
});

test('a task knows which one it is, also in code that goes on asynchronously, and two at once do not mix', async () => {
  const both = await Promise.all(
    [SPEC, { ...SPEC, partition: 3, attempt: 2 }].map((spec) =>
      runWithListeners({ spec, signal: never, barrier: null, accumulators, secret: async () => '' }, async () => {
        const before = TaskContext.get();
        await new Promise((resolve) => void setImmediate(resolve));
        const tc = context();
        return [before === tc, tc.partitionId(), TaskContext.getPartitionId(), tc.attemptNumber(), tc.stageId(), tc.cpus(), tc.resources()];
      }),
    ),
  );
  expect(both).toEqual([
    [true, 7, 7, 0, SPEC.stageNumber, 1, {}],
    [true, 3, 3, 2, SPEC.stageNumber, 1, {}],
  ]);
  expect(await run(() => [context().taskAttemptId(), context().numPartitions()])).toEqual([SPEC.attemptId, SPEC.partitionCount]);
});

test('local properties are those of the job; others are null, also those that every object has', async () => {
  expect(await run(() => ['pool', 'other', 'toString'].map((key) => context().getLocalProperty(key)))).toEqual(['etl', null, null]);
});

test('completion listeners are awaited, the last one first, when the work is done', async () => {
  const seen: string[] = [];
  const result = await run(() => {
    const tc = context();
    tc.addTaskCompletionListener(() => void seen.push(`first ${tc.isCompleted()} ${tc.isFailed()}`)).addTaskCompletionListener(async () => {
      await new Promise((resolve) => void setImmediate(resolve));
      seen.push('second');
    });
    tc.addTaskFailureListener(() => void seen.push('failed'));
    seen.push(`work ${tc.isCompleted()}`);
    return 5;
  });
  expect([result, seen]).toEqual([5, ['work false', 'second', 'first true false']]);
});

test('failure listeners are given the error before the completion listeners run; what they throw changes nothing', async () => {
  const seen: unknown[] = [];
  const failure = new RangeError('no');
  await expect(
    run(() => {
      const tc = context();
      tc.addTaskCompletionListener(() => void seen.push(['completed', tc.isFailed()]));
      tc.addTaskFailureListener((_, error) => void seen.push(error));
      tc.addTaskFailureListener(() => {
        seen.push('throws');
        throw new Error('of a listener');
      });
      throw failure;
    }),
  ).rejects.toBe(failure);
  expect(seen).toEqual(['throws', failure, ['completed', true]]);
});

test('a completion listener that throws fails the task; failure listeners learn of it, and the others are called', async () => {
  const seen: unknown[] = [];
  const ended = run(() => {
    const tc = context();
    tc.addTaskCompletionListener(() => void seen.push(['completed', tc.isFailed()]));
    tc.addTaskFailureListener((_, error) => void seen.push((error as Error).message));
    tc.addTaskCompletionListener(() => {
      throw new TypeError('cannot close');
    });
    return 5;
  });
  const message = `A completion listener of task 7 of stage ${SPEC.stageNumber} threw, which fails the task: TypeError: cannot close`;
  await expect(ended).rejects.toMatchObject({ code: 'TASK_LISTENER_FAILED', fault: 'user', message });
  expect(seen).toEqual([message, ['completed', true]]);
});

test('what the work threw is told, not what a listener threw after it', async () => {
  await expect(
    run(() => {
      context().addTaskCompletionListener(() => {
        throw new Error('of a listener');
      });
      throw new Error('of the work');
    }),
  ).rejects.toThrow('of the work');
});

test('a listener that comes after the end is called at once', async () => {
  const seen: unknown[] = [];
  const tc = await run(() => context());
  tc.addTaskCompletionListener(() => void seen.push('completed')).addTaskFailureListener(() => void seen.push('failed'));
  expect(seen).toEqual(['completed']);
});

test('a task that is to stop is told so', async () => {
  const abort = new AbortController();
  const seen = await run(() => {
    const before = context().isInterrupted();
    abort.abort();
    return [before, context().isInterrupted(), context().signal().aborted];
  }, abort.signal);
  expect(seen).toEqual([false, true, true]);
});

test('a listener must be a function', async () => {
  await expect(run(() => context().addTaskCompletionListener(null as never))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'addTaskCompletionListener: listener is null; it must be a function.',
  });
});
