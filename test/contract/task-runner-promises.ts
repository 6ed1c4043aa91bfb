import { expect } from 'vitest';
import { launchedId } from '../../engine/types/attempt-id.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import { specOf } from '../support/executors/specs.ts';
import { failureOf, launch, type RunnerCase, resultOf, succeed, textOf, within } from './task-runner-case.ts';

/** Promised by every runner. */
export const promiseCases: readonly RunnerCase[] = [
  {
    name: 'a task that succeeds is committed before its outcome is given',
    async run(subject) {
      const one = launch(subject, { do: 'value', value: 'eleven' });
      const result = await resultOf(one);
      expect(result.generation).toBe(0);
      expect(launchedId(result.attemptId)).toBe(one.spec.attemptId);
      expect(textOf(result)).toBe('eleven');
      const { appId, stageId, partition } = one.spec;
      expect(await subject.metadata.get(metadataKeys.commit(appId, stageId, partition))).toMatchObject({ winner: result.attemptId });
    },
  },
  {
    name: 'its memory sizes ascend, and a task runs with each of them',
    async run(subject) {
      const { memorySizesMb, mbPerVcpu = 1 } = subject.runner.capabilities;
      expect(memorySizesMb).toEqual([...new Set(memorySizesMb)].filter((mb) => mb > 0).sort((a, b) => a - b));
      expect(mbPerVcpu).toBeGreaterThan(0);
      for (const memorySizeMb of memorySizesMb) {
        expect(await succeed(launch(subject, { do: 'value', value: 'fits' }, {}, { memorySizeMb }))).toBe('fits');
      }
    },
  },
  {
    name: 'an attempt tells once that it started, and on which executor',
    async run(subject) {
      const one = launch(subject, { do: 'value', value: '' });
      await resultOf(one);
      expect(one.events).toEqual([{ kind: 'started', executorId: expect.stringMatching(/./) }]);
    },
  },
  {
    name: 'a user error is an outcome with name, message, fields and the stack of the code that threw',
    async run(subject) {
      const typeError = await failureOf(launch(subject, { do: 'throw', name: 'TypeError', message: 'x is not iterable' }), 'user-error');
      expect(typeError).toMatchObject({ fault: 'user', lost: [], error: { name: 'TypeError', message: 'x is not iterable' } });
      expect(typeError.error.stack).toMatch(/behaviours\.ts:\d+:\d+/);
      const withFields = await failureOf(launch(subject, { do: 'throw', name: 'Error', message: 'no shelf' }), 'user-error');
      expect(withFields.error).toMatchObject({ name: 'Error', fields: { shelf: 7 } });
    },
  },
  {
    name: 'input that is gone is an outcome that names its producers',
    async run(subject) {
      const failure = await failureOf(launch(subject, { do: 'fetch-failed' }), 'fetch-failed');
      expect(failure).toMatchObject({ fault: 'transient', lost: [{ stageId: 'producer', partition: 3, generation: 1 }] });
    },
  },
  {
    name: 'what a task prints arrives as events, in order, with its level, before the outcome',
    async run(subject) {
      const one = launch(subject, {
        do: 'log',
        lines: [
          ['log', 'one'],
          ['warn', 'two'],
          ['error', 'three\nfour'],
          ['debug', 'five'],
          ['info', 'six'],
        ],
      });
      await resultOf(one);
      expect(one.events.slice(1)).toEqual([
        { kind: 'log', level: 'log', text: 'one' },
        { kind: 'log', level: 'warn', text: 'two' },
        { kind: 'log', level: 'error', text: 'three\nfour' },
        { kind: 'log', level: 'debug', text: 'five' },
        { kind: 'log', level: 'info', text: 'six' },
      ]);
    },
  },
  {
    name: 'of what a task prints the first 100 lines arrive, and how many are left out',
    async run(subject) {
      const lines = Array.from({ length: 1_234 }, (_, i) => ['log', `line ${i}`] as const);
      const one = launch(subject, { do: 'log', lines });
      await resultOf(one);
      expect(one.events).toHaveLength(1 + 100 + 1);
      expect(one.events.at(-2)).toEqual({ kind: 'log', level: 'log', text: 'line 99' });
      expect(one.events.at(-1)).toEqual({
        kind: 'log',
        level: 'warn',
        text: '… 1134 more lines of this attempt not shown (the first 100 are)',
      });
    },
  },
  {
    name: 'an attempt whose signal is aborted already does not start',
    async run(subject) {
      const events: unknown[] = [];
      const spec = specOf({ do: 'value', value: '' });
      const outcome = await subject.runner.run(spec, { signal: AbortSignal.abort(), onEvent: (event) => events.push(event) });
      expect(outcome).toMatchObject({ kind: 'failure', failure: { kind: 'cancelled' } });
      expect(events).toEqual([]);
    },
  },
  {
    name: 'an attempt that waits behind another can be cancelled at once',
    async run(subject) {
      const ahead = launch(subject, { do: 'wait' });
      await ahead.started;
      const waiting = Array.from({ length: 12 }, () => launch(subject, { do: 'value', value: '' }));
      for (const one of waiting) one.abort();
      for (const one of waiting) await failureOf(one, 'cancelled');
      expect(waiting.flatMap((one) => one.events)).toEqual([]);
      ahead.abort();
      await failureOf(ahead, 'cancelled');
    },
  },
  {
    name: 'an attempt that runs is cancelled, whether it listens or not',
    async run(subject) {
      for (const behaviour of [{ do: 'wait' }, { do: 'wait-deaf' }] as const) {
        const one = launch(subject, behaviour);
        await one.started;
        one.abort();
        await failureOf(one, 'cancelled');
      }
      expect(await succeed(launch(subject, { do: 'value', value: 'goes on' }))).toBe('goes on');
    },
  },
  {
    name: 'an attempt that waits past its deadline times out, and was not computing',
    async run(subject) {
      const failure = await failureOf(launch(subject, { do: 'wait' }, { maxMs: 600 }), 'timeout');
      expect(failure).toMatchObject({ fault: 'resource', cpuBound: false, error: { code: 'TASK_TIMEOUT' } });
      expect(failure.error.message).toContain('after 600 ms');
    },
  },
  {
    name: 'of two attempts of one task one wins, and the other returns the winner’s result',
    places: 2,
    async run(subject) {
      const partition = 7_000_001;
      const two = ['first', 'second'].map((value) => launch(subject, { do: 'value', value }, { partition }));
      const outcomes = await within(30_000, Promise.all(two.map((one) => one.outcome)));
      expect(outcomes).toMatchObject([{ kind: 'success' }, { kind: 'success' }]);
      expect(outcomes.map((outcome) => outcome.kind === 'success' && outcome.lostRace).toSorted((a, b) => Number(a) - Number(b))).toEqual([
        false,
        true,
      ]);
      const [a, b] = await Promise.all(two.map(resultOf));
      expect(a).toEqual(b);
      const item = await subject.metadata.get(metadataKeys.commit('app', 'stage', partition));
      expect(item).toMatchObject({ winner: a?.attemptId });
    },
  },
  {
    name: 'an attempt of a generation that was replaced is superseded',
    async run(subject) {
      const partition = 7_000_002;
      await subject.metadata.put(metadataKeys.commit('app', 'stage', partition), { generation: 3, winner: null });
      await failureOf(launch(subject, { do: 'value', value: '' }, { partition, generation: 2 }), 'superseded');
    },
  },
  {
    name: 'hundreds of tasks at once all give their own value',
    places: 2,
    async run(subject) {
      const tasks = Array.from({ length: 400 }, (_, i) => launch(subject, { do: 'value', value: `value ${i}` }));
      const values = await Promise.all(tasks.map(succeed));
      expect(values).toEqual(Array.from({ length: 400 }, (_, i) => `value ${i}`));
    },
  },
  {
    name: 'close stops what runs and what waits, and may be called twice; run after it is refused',
    async run(subject) {
      const running = launch(subject, { do: 'wait-deaf' });
      await running.started;
      const waiting = launch(subject, { do: 'value', value: '' });
      await within(30_000, Promise.all([subject.runner.close(), subject.runner.close()]));
      await failureOf(running, 'cancelled');
      await failureOf(waiting, 'cancelled');
      await expect(launch(subject, { do: 'value', value: '' }).outcome).rejects.toMatchObject({ code: 'RUNNER_CLOSED' });
    },
  },
];
