import { expect } from 'vitest';
import { failureOf, launch, type RunnerCase, succeed } from './task-runner-case.ts';

/** Of a runner that is broken on purpose all of it is waited. */
const LOOP_HANG_MS = 10_000;

/** Promised by runners that survive what user code does. */
export const isolationCases: readonly RunnerCase[] = [
  {
    name: 'an endless loop is cancelled',
    needs: 'isolated',
    async run(subject) {
      const one = launch(subject, { do: 'loop' });
      await one.started;
      one.abort();
      const failure = await failureOf(one, 'cancelled', LOOP_HANG_MS);
      expect(failure.error.message).toBe(`task ${one.spec.partition} of stage 2 was stopped: its job was cancelled.`);
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'an endless loop passes its deadline, and was computing',
    needs: 'isolated',
    async run(subject) {
      const one = launch(subject, { do: 'loop' }, { maxMs: 200 });
      expect(await failureOf(one, 'timeout')).toMatchObject({ fault: 'resource', cpuBound: true });
    },
  },
  {
    name: 'cancelling one task leaves those behind it unharmed',
    needs: 'isolated',
    async run(subject) {
      const loop = launch(subject, { do: 'loop' });
      await loop.started;
      const behind = Array.from({ length: 8 }, (_, i) => launch(subject, { do: 'value', value: `behind ${i}` }));
      loop.abort();
      await failureOf(loop, 'cancelled');
      expect(await Promise.all(behind.map(succeed))).toEqual(Array.from({ length: 8 }, (_, i) => `behind ${i}`));
      expect(behind.map((one) => one.events.length)).toEqual(Array.from({ length: 8 }, () => 1));
    },
  },
  {
    name: 'tasks that wait behind a long one are run where there is room',
    needs: 'isolated',
    places: 2,
    async run(subject) {
      const first = Array.from({ length: 10 }, (_, i) => launch(subject, { do: 'compute', ms: i === 0 ? 60_000 : 1 }));
      await Promise.all(first.slice(1).map(succeed));
      const long = first[0] as (typeof first)[number];
      long.abort();
      await failureOf(long, 'cancelled');
    },
  },
  {
    name: 'process.exit in a task fails that task with its code and the place of the call',
    needs: 'isolated',
    async run(subject) {
      for (const code of [0, 3]) {
        const one = launch(subject, { do: 'exit', code });
        const failure = await failureOf(one, 'exit');
        expect(failure).toMatchObject({ fault: 'user', error: { code: 'PROCESS_EXIT' } });
        expect(failure.error.message).toBe(
          `The function of task ${one.spec.partition} of stage 2 called process.exit(${code}). A task cannot end its executor: return from the function, or throw an error to make the task fail.`,
        );
        expect(failure.error.stack).toMatch(/behaviours\.ts:\d+:\d+/);
      }
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'a rejected promise that nobody handles fails the task, even one that returned',
    needs: 'isolated',
    async run(subject) {
      const failure = await failureOf(launch(subject, { do: 'stray-rejection', message: 'row 7 lost' }), 'user-error');
      expect(failure.error.message).toBe('row 7 lost (a promise was rejected and nobody handles it: await it, return it, or add .catch())');
      expect(failure.error.stack).toMatch(/behaviours\.ts:\d+:\d+/);
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'an error thrown in a callback fails the task that runs',
    needs: 'isolated',
    async run(subject) {
      const failure = await failureOf(launch(subject, { do: 'stray-exception', message: 'in a timer' }), 'user-error');
      expect(failure.error.message).toBe(
        'in a timer (a callback threw outside of the function that levin called: catch the error inside the callback)',
      );
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'a full heap fails the task with what to do about it',
    needs: 'memory',
    async run(subject) {
      const one = launch(subject, { do: 'fill-heap' });
      const failure = await failureOf(one, 'out-of-memory', 50_000);
      expect(failure).toMatchObject({ fault: 'resource', error: { code: 'OUT_OF_MEMORY' } });
      expect(failure.error.message).toContain(`task ${one.spec.partition} of stage 2 ran out of memory`);
      expect(failure.error.message).toContain('more partitions');
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'Buffers beyond the limit fail the task with what to do about it',
    needs: 'memory',
    async run(subject) {
      const one = launch(subject, { do: 'fill-buffers' });
      const failure = await failureOf(one, 'out-of-memory', 50_000);
      expect(failure.error.message).toContain(`task ${one.spec.partition} of stage 2 ran out of memory: executor`);
      expect(failure.error.message).toMatch(/held \d+ MB with a limit of \d+ MB\. To help: .*more partitions/);
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
];
