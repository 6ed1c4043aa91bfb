import { describe, expect, test } from 'vitest';
import type { UntimedEvent } from '../../../driver/events/event-bus.ts';
import { type Summary, summarize } from '../../../driver/events/summarize.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import { NO_REQUESTS, type RequestUsage } from '../../../engine/types/request-usage.ts';
import { anEvent } from '../../support/events.ts';

/** One event each 100 ms. */
function summaryOf(...events: readonly UntimedEvent[]): Summary {
  return summarize(events.map((event, i) => ({ timeMs: 1000 + 100 * i, ...event }) as AppEvent));
}

test('no events', () => {
  expect(summarize([])).toEqual({
    appId: null,
    name: null,
    status: 'running',
    durationMs: 0,
    jobs: { succeeded: 0, failed: 0, cancelled: 0, replayed: 0 },
    stages: { run: 0, skipped: 0 },
    tasks: { succeeded: 0, failed: 0, retried: 0, found: 0, copies: 0, copiesWon: 0, enlarged: 0 },
    recordsRead: 0,
    recordsWritten: 0,
    badRecords: 0,
    bytesRead: 0,
    bytesWritten: 0,
    shuffleBytesWritten: 0,
    shuffleBytesRead: 0,
    spills: 0,
    diskBytesSpilled: 0,
    broadcasts: { stored: 0, bytes: 0 },
    outputsLost: 0,
    warnings: 0,
    accumulators: [],
    injected: {},
    requests: null,
    invocations: null,
  });
});

test('accumulators stand as the last job that added to them left them, in the order in which they were made', () => {
  const ended = { kind: 'jobEnded', job: 0, status: 'succeeded', message: null, replayed: false } as const;
  const summary = summaryOf(
    { ...ended, accumulators: [{ ordinal: 2, name: 'b', value: '1' }] },
    { ...ended, accumulators: [{ ordinal: 0, name: 'a', value: '7' }] },
    { ...ended, accumulators: [{ ordinal: 2, name: 'b', value: '5' }] },
    ended,
  );
  expect(summary.accumulators).toEqual([
    { name: 'a', value: '7' },
    { name: 'b', value: '5' },
  ]);
});

test('a run in which everything happened once', () => {
  const summary = summaryOf(
    { kind: 'logStarted', version: 1, levin: '0.1.0', epoch: 1 },
    anEvent.appStarted(),
    anEvent.jobStarted(),
    anEvent.stageSubmitted({ stage: 0, committed: 4 }),
    anEvent.stageCompleted({ stage: 0, status: 'skipped' }),
    anEvent.stageSubmitted({ stage: 1, tasks: 3, committed: 1 }),
    anEvent.taskStarted(1, { stage: 1 }),
    anEvent.taskStarted(2, { stage: 1 }),
    anEvent.taskLog('x'),
    anEvent.taskSucceeded(1, { stage: 1 }),
    anEvent.taskFailed(2, 'executor-lost', { stage: 1 }),
    anEvent.taskStarted(2, { stage: 1, attempt: 1 }),
    anEvent.taskSucceeded(2, { stage: 1, attempt: 1 }),
    anEvent.stageCompleted({ stage: 1 }),
    { kind: 'outputLost', stage: 0, partition: 0, generation: 0, reason: 'gone' },
    { kind: 'warning', code: 'X', message: 'y' },
    { kind: 'faultInjected', fault: 'driver', total: 1, text: null },
    { kind: 'faultInjected', fault: 'task', total: 2, text: 'killed' },
    { kind: 'faultInjected', fault: 'task', total: 3, text: 'killed' },
    anEvent.jobEnded(),
    { kind: 'broadcastStored', hash: 'ab', bytes: 4000, again: false },
    { kind: 'broadcastStored', hash: 'cd', bytes: 1000, again: true },
    anEvent.appEnded(),
  );
  expect(summary).toEqual({
    appId: 'app-1',
    name: 'job.ts',
    status: 'succeeded',
    durationMs: 2200,
    jobs: { succeeded: 1, failed: 0, cancelled: 0, replayed: 0 },
    stages: { run: 1, skipped: 1 },
    tasks: { succeeded: 2, failed: 1, retried: 1, found: 5, copies: 0, copiesWon: 0, enlarged: 0 },
    recordsRead: 20,
    recordsWritten: 10,
    badRecords: 0,
    bytesRead: 2000,
    bytesWritten: 1000,
    shuffleBytesWritten: 140,
    shuffleBytesRead: 60,
    spills: 4,
    diskBytesSpilled: 2400,
    broadcasts: { stored: 2, bytes: 5000 },
    outputsLost: 1,
    warnings: 1,
    accumulators: [],
    injected: { task: 3, driver: 1 },
    requests: null,
    invocations: null,
  });
});

test('jobs by how they ended; one that the journal answered is not counted as run', () => {
  const { jobs } = summaryOf(
    anEvent.jobEnded(),
    anEvent.jobEnded({ job: 1, status: 'failed' }),
    anEvent.jobEnded({ job: 2, status: 'cancelled' }),
    anEvent.jobEnded({ job: 3, replayed: true }),
  );
  expect(jobs).toEqual({ succeeded: 1, failed: 1, cancelled: 1, replayed: 1 });
});

describe('attempts', () => {
  test('that were told to stop are nobody’s failure', () => {
    const kinds = ['cancelled', 'superseded', 'throttled', 'user-error', 'exit', 'timeout'] as const;
    expect(summaryOf(...kinds.map((kind, i) => anEvent.taskFailed(i, kind))).tasks.failed).toBe(3);
  });

  test('that lost the race report the winner’s work: it counts once', () => {
    const both = summaryOf(anEvent.taskSucceeded(0), anEvent.taskSucceeded(0, { attempt: 1, lostRace: true }));
    const onlyLoser = summaryOf(anEvent.taskSucceeded(0, { attempt: 1, lostRace: true }));
    for (const summary of [both, onlyLoser]) expect([summary.tasks.succeeded, summary.recordsRead]).toEqual([1, 10]);
  });

  test('of the next generation are work of their own', () => {
    expect(summaryOf(anEvent.taskSucceeded(0), anEvent.taskSucceeded(0, { generation: 1 })).tasks.succeeded).toBe(2);
  });
});

test('second attempts beside slow ones are no retries; those that were first are counted', () => {
  const { tasks } = summaryOf(
    ...[0, 1, 2].map((partition) => anEvent.taskStarted(partition)),
    ...[0, 1, 2].map((partition) => anEvent.taskStarted(partition, { attempt: 1, speculative: true })),
    anEvent.taskSucceeded(0, { attempt: 1 }),
    anEvent.taskFailed(0, 'cancelled'),
    anEvent.taskSucceeded(1),
    anEvent.taskSucceeded(1, { attempt: 1, lostRace: true }),
    anEvent.taskSucceeded(2),
    anEvent.taskFailed(2, 'cancelled', { attempt: 1 }),
  );
  expect(tasks).toEqual({ succeeded: 3, failed: 0, retried: 0, found: 0, copies: 3, copiesWon: 1, enlarged: 0 });
});

test('a stage that is submitted several times counts once, and what was found of it is what the first submission found', () => {
  const { stages, tasks } = summaryOf(
    anEvent.stageSubmitted({ committed: 1 }),
    anEvent.stageCompleted(),
    anEvent.stageSubmitted({ committed: 3, attempt: 1 }),
    anEvent.stageCompleted(),
    anEvent.stageSubmitted({ stage: 1 }),
    anEvent.stageCompleted({ stage: 1, status: 'failed' }),
  );
  expect(stages).toEqual({ run: 1, skipped: 0 });
  expect(tasks.found).toBe(1);
});

test('two drivers: the second runs until it ends, and a stage that it skipped was run by the first', () => {
  const first = [anEvent.appStarted(), anEvent.stageSubmitted(), anEvent.stageCompleted(), anEvent.appEnded({ status: 'cancelled' })];
  const second = [
    anEvent.appStarted({ resumed: true }),
    anEvent.stageSubmitted({ committed: 4 }),
    anEvent.stageCompleted({ status: 'skipped' }),
  ];
  expect(summaryOf(...first).status).toBe('cancelled');
  expect(summaryOf(...first, ...second)).toMatchObject({ status: 'running', stages: { run: 1, skipped: 0 } });
  expect(summaryOf(...first, ...second, anEvent.appEnded()).status).toBe('succeeded');
});

test('requests are those of all attempts, by stage, and of all drivers; nobody counts them where they cost nothing', () => {
  const some = (gets: number, puts = 0): RequestUsage => ({ ...NO_REQUESTS, gets, puts });
  const { requests } = summaryOf(
    anEvent.taskSucceeded(0, { stage: 0, requests: some(1, 10) }),
    anEvent.taskFailed(1, 'user-error', { stage: 0, requests: some(2) }),
    anEvent.taskSucceeded(0, { stage: 0, attempt: 1, lostRace: true, requests: some(4) }),
    anEvent.taskFailed(1, 'executor-lost', { stage: 0, requests: null }),
    anEvent.taskSucceeded(0, { stage: 1, requests: some(8) }),
    anEvent.appEnded({ requests: some(16) }),
    anEvent.appEnded({ requests: some(32) }),
  );
  expect(requests).toEqual({ tasks: some(15, 10), stages: { 0: some(7, 10), 1: some(8) }, drivers: some(48) });
  expect(summaryOf(anEvent.taskSucceeded(0), anEvent.appEnded()).requests).toBeNull();
});
