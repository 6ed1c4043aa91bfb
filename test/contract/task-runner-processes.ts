import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { failureOf, launch, type RunnerCase, type RunnerUnderTest, succeed } from './task-runner-case.ts';

interface Environment {
  readonly cwd: string;
  readonly files: readonly string[];
  readonly variables: readonly string[];
}

/** Promised by runners whose executors are processes of their own. */
export const processCases: readonly RunnerCase[] = [
  {
    name: 'an executor that is killed fails what ran in it as lost, and is started again for what waited',
    needs: 'processes',
    async run(subject) {
      const running = launch(subject, { do: 'wait' });
      const id = await running.started;
      const waiting = [launch(subject, { do: 'value', value: 'one' }), launch(subject, { do: 'value', value: 'two' })];
      const pid = pidOf(subject, id);
      process.kill(pid, 'SIGKILL');
      const failure = await failureOf(running, 'executor-lost');
      expect(failure).toMatchObject({ fault: 'transient', error: { code: 'EXECUTOR_LOST' } });
      expect(failure.error.message).toContain(
        `Executor ${id} (process ${pid}) was killed by SIGKILL while it ran task ${running.spec.partition} of stage 2.`,
      );
      expect(await Promise.all(waiting.map(succeed))).toEqual(['one', 'two']);
      expect(pidOf(subject, id)).not.toBe(pid);
    },
  },
  {
    name: 'one allocation too large for V8 ends the executor, and the task is told so',
    needs: 'processes',
    async run(subject) {
      const one = launch(subject, { do: 'fill-heap-at-once' });
      const failure = await failureOf(one, 'out-of-memory', 50_000);
      expect(failure.error.message).toContain(`task ${one.spec.partition} of stage 2 ran out of memory`);
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'an executor that can never live fails its task in the end',
    needs: 'processes',
    async run(subject) {
      await failureOf(launch(subject, { do: 'kill-own-process' }), 'executor-lost');
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'user code finds an empty working folder and an environment without the driver’s variables',
    needs: 'processes',
    async run(subject) {
      const environment = JSON.parse(await succeed(launch(subject, { do: 'environment' }))) as Environment;
      expect(environment.files).toEqual([]);
      expect(environment.cwd).not.toBe(process.cwd());
      expect(environment.variables).toEqual(expect.arrayContaining(['PATH', 'LEVIN_TEST_ALLOWED']));
      expect(environment.variables).not.toContain('LEVIN_TEST_SECRET');
    },
  },
  {
    name: 'close leaves neither processes nor folders',
    needs: 'processes',
    places: 2,
    async run(subject) {
      const environments = await Promise.all([0, 1].map(() => succeed(launch(subject, { do: 'environment' }))));
      const loop = launch(subject, { do: 'loop' });
      await loop.started;
      const pids = subject.executors().map(({ pid }) => pid);
      expect(pids.length).toBeGreaterThan(0);
      await subject.runner.close();
      await failureOf(loop, 'cancelled', 100);
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      for (const text of environments) expect(existsSync((JSON.parse(text) as Environment).cwd)).toBe(false);
    },
  },
];

function pidOf({ executors }: RunnerUnderTest, id: string): number {
  const found = executors().find((executor) => executor.id === id);
  expect(found).toBeDefined();
  return (found as { readonly pid: number }).pid;
}
