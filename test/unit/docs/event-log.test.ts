import { describe, expect, test } from 'vitest';
import { type AppEvent, EVENT_LOG_VERSION } from '../../../engine/types/app-event.ts';
import type { PlacedBlockReport } from '../../../engine/types/block-report.ts';
import type { FailureKind, TaskFailure } from '../../../engine/types/failure.ts';
import type { EnvironmentReport, Invocation, InvocationReport } from '../../../engine/types/invocation.ts';
import type { RequestUsage } from '../../../engine/types/request-usage.ts';
import type { TaskMetrics } from '../../../engine/types/task.ts';
import { readRepositoryFile } from '../../support/consumer.ts';

type Fields<T> = { readonly [K in Exclude<keyof T, 'kind' | 'timeMs'>]-?: true };

/** Complete, or it does not compile. */
const kinds: { readonly [K in AppEvent['kind']]: Fields<Extract<AppEvent, { kind: K }>> } = {
  logStarted: { version: true, levin: true, epoch: true },
  appStarted: { appId: true, name: true, master: true, node: true, resumed: true, conf: true },
  appEnded: { status: true, message: true, requests: true },
  jobStarted: { job: true, action: true, description: true, callSite: true, stages: true, pool: true, group: true, tags: true },
  jobEnded: { job: true, status: true, message: true, replayed: true, accumulators: true },
  stageSubmitted: { stage: true, stageId: true, name: true, tasks: true, committed: true, parents: true, attempt: true, shape: true },
  stageCompleted: { stage: true, status: true, message: true },
  taskStarted: { stage: true, partition: true, attempt: true, generation: true, executorId: true, speculative: true, memorySizeMb: true },
  taskEnded: {
    stage: true,
    partition: true,
    attempt: true,
    generation: true,
    durationMs: true,
    failure: true,
    metrics: true,
    lostRace: true,
    blocks: true,
    requests: true,
    invocation: true,
  },
  taskLog: { stage: true, partition: true, attempt: true, level: true, text: true },
  memoryRaised: { stage: true, partition: true, reason: true, fromMb: true, toMb: true },
  outputLost: { stage: true, partition: true, generation: true, reason: true },
  broadcastStored: { hash: true, bytes: true, again: true },
  faultInjected: { fault: true, total: true, text: true },
  warning: { code: true, message: true },
};
const failure: Fields<TaskFailure> & { readonly kind: true } = { kind: true, fault: true, error: true, lost: true, cpuBound: true };
const failureKinds: { readonly [K in FailureKind]: true } = {
  'user-error': true,
  'out-of-memory': true,
  'executor-lost': true,
  exit: true,
  timeout: true,
  'fetch-failed': true,
  throttled: true,
  superseded: true,
  cancelled: true,
  error: true,
};
const metrics: Fields<TaskMetrics> = {
  recordsRead: true,
  bytesRead: true,
  recordsWritten: true,
  bytesWritten: true,
  shuffleBytesRead: true,
  shuffleRecordsRead: true,
  shuffleBytesWritten: true,
  shuffleRecordsWritten: true,
  spills: true,
  forcedSpills: true,
  memoryBytesSpilled: true,
  diskBytesSpilled: true,
  badRecords: true,
  runMs: true,
  peakRssBytes: true,
  cpuMs: true,
  keys: true,
};

const requests: Fields<RequestUsage> = {
  puts: true,
  gets: true,
  heads: true,
  lists: true,
  deletes: true,
  itemReads: true,
  itemWrites: true,
  readUnits: true,
  writeUnits: true,
  bytesRead: true,
  bytesWritten: true,
};

const blocks: Fields<PlacedBlockReport> = {
  store: true,
  hits: true,
  computed: true,
  kept: true,
  evicted: true,
  executorId: true,
  worker: true,
};

const invocation: Fields<Invocation> = { requestId: true, functionName: true, environment: true, report: true };
const environment: Fields<EnvironmentReport> = { id: true, cold: true, memoryUsedBytes: true, timeLeftMs: true };
const report: Fields<InvocationReport> = { billedMs: true, memoryMb: true, maxMemoryUsedMb: true, initMs: true };

const page = readRepositoryFile('docs/event-log.md');
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field)]),
);

describe('docs/event-log.md tells every field of', () => {
  test.each(Object.entries({ ...kinds, failure, metrics, blocks, requests, invocation, environment, report }))('%s', (name, fields) => {
    expect(sections.get(name)).toEqual(Object.keys(fields));
  });
});

test('and of nothing else', () => {
  expect([...sections.keys()]).toEqual([
    ...Object.keys(kinds),
    'failure',
    'metrics',
    'blocks',
    'requests',
    'invocation',
    'environment',
    'report',
  ]);
});

test('every kind of failure is named', () => {
  const row = page.split('\n').find((line) => line.startsWith('| `kind` | `user-error`')) ?? '';
  for (const kind of Object.keys(failureKinds)) expect(row).toContain(`\`${kind}\``);
});

test('the version is the present one', () => {
  expect(page).toContain(`| \`version\` | version of this format: ${EVENT_LOG_VERSION} |`);
});
