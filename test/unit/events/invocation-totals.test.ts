import { expect, test } from 'vitest';
import { renderSummary } from '../../../driver/console/render-summary.ts';
import type { UntimedEvent } from '../../../driver/events/event-bus.ts';
import { type Summary, summarize } from '../../../driver/events/summarize.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import type { Invocation } from '../../../engine/types/invocation.ts';
import { anEvent } from '../../support/events.ts';

function invocation(requestId: string, fields: Partial<Invocation> = {}): Invocation {
  return {
    requestId,
    functionName: 'levin-main-executor-1769',
    environment: { id: 'first', cold: false, memoryUsedBytes: 1, timeLeftMs: 2 },
    report: { billedMs: 1000, memoryMb: 2048, maxMemoryUsedMb: 300, initMs: null },
    ...fields,
  };
}

function summaryOf(...events: readonly UntimedEvent[]): Summary {
  return summarize(events.map((event) => ({ timeMs: 0, ...event }) as AppEvent));
}

function functionsLine(summary: Summary): string | undefined {
  return renderSummary(summary, (_, text) => text)
    .split('\n  ')
    .find((line) => line.startsWith('functions: '));
}

test('invocations are summed up over tasks that succeeded and tasks that failed', () => {
  const cold = { id: 'second', cold: true, memoryUsedBytes: 1, timeLeftMs: 2 };
  const summary = summaryOf(
    anEvent.taskSucceeded(0, { invocation: invocation('a') }),
    anEvent.taskSucceeded(1, { invocation: invocation('b', { environment: cold }) }),
    anEvent.taskFailed(2, 'out-of-memory', {
      invocation: invocation('c', { environment: null, report: { billedMs: 500, memoryMb: 512, maxMemoryUsedMb: 512, initMs: 120 } }),
    }),
    anEvent.taskFailed(3, 'executor-lost', { invocation: invocation('d', { environment: null, report: null }) }),
  );
  expect(summary.invocations).toEqual({
    invocations: 4,
    environments: 2,
    coldStarts: 1,
    gbSeconds: 4.25,
    fullest: { usedMb: 512, ofMb: 512 },
  });
  expect(functionsLine(summary)).toBe(
    'functions: 4 invocations in 2 environments (1 cold start), 4.3 GB-s billed, at most 512 MB of 512 MB used',
  );
});

test('attempts that shared an invocation count it once', () => {
  const summary = summaryOf(...[0, 1, 2].map((task) => anEvent.taskSucceeded(task, { invocation: invocation('a') })));
  expect(summary.invocations).toMatchObject({ invocations: 1, environments: 1, gbSeconds: 2 });
});

test('Lambda may report nothing', () => {
  const summary = summaryOf(anEvent.taskSucceeded(0, { invocation: invocation('a', { report: null }) }));
  expect(functionsLine(summary)).toBe('functions: 1 invocation in 1 environment (0 cold starts), 0.0 GB-s billed');
});

test('on this machine nothing is said of them', () => {
  expect(functionsLine(summaryOf(anEvent.taskSucceeded(0)))).toBeUndefined();
});
