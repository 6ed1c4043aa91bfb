import { describe, expect, test } from 'vitest';
import type { TaskRunner } from '../../engine/ports/task-runner.ts';
import type { TaskOutcome } from '../../engine/types/task.ts';
import { makeInProcessRunner, makeWorkerThreadsRunner } from '../support/executors/runners.ts';
import { casesFor, runCase } from './task-runner.ts';
import type { MakeRunner, RunnerUnderTest } from './task-runner-case.ts';

type Break = (subject: RunnerUnderTest) => Pick<TaskRunner, 'run'> & Partial<TaskRunner>;

/** A runner with one promise broken, and the cases that must notice. */
const BROKEN: Readonly<Record<string, { readonly breaks: Break; readonly noticed: readonly string[] }>> = {
  'returns its own result without electing it': {
    breaks: ({ runner }) => ({
      run: async (task, options) =>
        mapSuccess(await runner.run(task, options), (outcome) => ({
          ...outcome,
          lostRace: false,
          result: { ...outcome.result, attemptId: task.attemptId },
        })),
    }),
    noticed: ['of two attempts of one task one wins, and the other returns the winner’s result'],
  },
  'runs nothing with a size that it declares': {
    breaks: ({ runner }) => ({
      capabilities: { ...runner.capabilities, memorySizesMb: [256, 512] },
      run: (task, options) =>
        runner.run(options.memorySizeMb === 512 ? { ...task, template: { hash: 'none', inline: null } } : task, options),
    }),
    noticed: ['its memory sizes ascend, and a task runs with each of them'],
  },
  'commits nothing': {
    breaks: ({ runner, metadata }) => ({
      async run(task, options) {
        const outcome = await runner.run(task, options);
        const page = await metadata.query(`app#app#stage#stage#${task.partition % 16}`, '');
        for (const { key } of page.items) await metadata.delete(key);
        return outcome;
      },
    }),
    noticed: ['a task that succeeds is committed before its outcome is given'],
  },
  'rejects when the user’s function throws': {
    breaks: ({ runner }) => ({
      async run(task, options) {
        const outcome = await runner.run(task, options);
        if (outcome.kind === 'failure' && outcome.failure.kind === 'user-error') throw new Error(outcome.failure.error.message);
        return outcome;
      },
    }),
    noticed: ['a user error is an outcome with name, message, fields and the stack of the code that threw'],
  },
  'forgets which producers were lost': {
    breaks: ({ runner }) => ({
      async run(task, options) {
        const outcome = await runner.run(task, options);
        return outcome.kind === 'failure' ? { ...outcome, failure: { ...outcome.failure, lost: [] } } : outcome;
      },
    }),
    noticed: ['input that is gone is an outcome that names its producers'],
  },
  'loses a line of what a task prints': {
    breaks: ({ runner }) => ({
      run: (task, options) =>
        runner.run(task, {
          ...options,
          onEvent: (event) => (event.kind === 'log' && event.text === 'two' ? undefined : options.onEvent(event)),
        }),
    }),
    noticed: ['what a task prints arrives as events, in order, with its level, before the outcome'],
  },
  'never says that an attempt started': {
    breaks: ({ runner }) => ({
      run: (task, options) =>
        runner.run(task, { ...options, onEvent: (event) => (event.kind === 'started' ? undefined : options.onEvent(event)) }),
    }),
    noticed: ['an attempt tells once that it started, and on which executor'],
  },
  'starts attempts that are cancelled already': {
    breaks: ({ runner }) => ({
      run: (task, options) => runner.run(task, options.signal.aborted ? { ...options, signal: new AbortController().signal } : options),
    }),
    noticed: ['an attempt whose signal is aborted already does not start'],
  },
  'mixes up two outcomes': {
    breaks: ({ runner }) => {
      let held: TaskOutcome | null = null;
      return {
        async run(task, options) {
          const outcome = await runner.run(task, options);
          const given = held ?? outcome;
          held = outcome;
          return given;
        },
      };
    },
    noticed: ['hundreds of tasks at once all give their own value'],
  },
  'goes on after close': {
    breaks: ({ runner }) => ({ run: (task, options) => runner.run(task, options), close: async () => undefined }),
    noticed: ['close stops what runs and what waits, and may be called twice; run after it is refused'],
  },
  'takes a time-out for a cancellation': {
    breaks: ({ runner }) => ({
      async run(task, options) {
        const outcome = await runner.run(task, options);
        return outcome.kind === 'failure' && outcome.failure.kind === 'timeout'
          ? { ...outcome, failure: { ...outcome.failure, kind: 'cancelled' } }
          : outcome;
      },
    }),
    noticed: ['an attempt that waits past its deadline times out, and was not computing'],
  },
};

describe('the contract notices a runner that', () => {
  test.for(Object.entries(BROKEN))('%s', async ([, { breaks, noticed }]) => {
    const make = broken(makeInProcessRunner, breaks);
    const cases = casesFor([]).filter(({ name }) => noticed.includes(name));
    expect(cases.map(({ name }) => name)).toEqual(noticed);
    for (const one of cases) await expect(runCase(one, make), one.name).rejects.toThrow();
  });

  test('does not stop an endless loop', async () => {
    const make = broken(makeWorkerThreadsRunner(null), ({ runner }) => ({
      run: (task, options) => runner.run(task, { ...options, signal: new AbortController().signal }),
    }));
    const one = casesFor(['isolated']).find(({ name }) => name === 'an endless loop is cancelled');
    await expect(runCase(one as NonNullable<typeof one>, make)).rejects.toThrow('nothing happened for 10000 ms');
  });
});

function broken(make: MakeRunner, breaks: Break): MakeRunner {
  return async (places) => {
    const subject = await make(places);
    const { runner } = subject;
    const whole: TaskRunner = {
      capabilities: runner.capabilities,
      run: (task, options) => runner.run(task, options),
      close: () => runner.close(),
    };
    return { ...subject, runner: { ...whole, ...breaks(subject) } };
  };
}

function mapSuccess(outcome: TaskOutcome, change: (success: Extract<TaskOutcome, { kind: 'success' }>) => TaskOutcome): TaskOutcome {
  return outcome.kind === 'success' ? change(outcome) : outcome;
}
