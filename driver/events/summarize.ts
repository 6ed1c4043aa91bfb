import type { AppEvent } from '../../engine/types/app-event.ts';
import type { ChaosKind } from '../../engine/types/injected-fault.ts';
import { isFailedAttempt } from './failed-attempt.ts';
import { createInvocationTotals, type InvocationTotals } from './invocation-totals.ts';
import { createRequestTotals, type RequestTotals } from './request-totals.ts';

/** What a run did, as the closing summary says it. */
export interface Summary {
  readonly appId: string | null;
  readonly name: string | null;
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'running';
  readonly durationMs: number;
  readonly jobs: { readonly succeeded: number; readonly failed: number; readonly cancelled: number; readonly replayed: number };
  /** Each stage once, however often it was submitted. `skipped`: everything of it was committed already. */
  readonly stages: { readonly run: number; readonly skipped: number };
  readonly tasks: {
    readonly succeeded: number;
    readonly failed: number;
    /** Attempts after the first of a task. */
    readonly retried: number;
    /** Committed by an earlier driver: not run again. */
    readonly found: number;
    /** Second attempts beside slow ones, and how many of them were first. */
    readonly copies: number;
    readonly copiesWon: number;
    /** Attempts that ran out of memory, or of time with less than a whole CPU, and were followed by one with more. */
    readonly enlarged: number;
  };
  readonly recordsRead: number;
  readonly recordsWritten: number;
  /** Left out because functions failed on them, by each stage that met them. */
  readonly badRecords: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly shuffleBytesWritten: number;
  readonly shuffleBytesRead: number;
  /** What did not fit the memory of tasks: how often it was moved to disk, and its bytes there. */
  readonly spills: number;
  readonly diskBytesSpilled: number;
  /** Values of broadcasts that were written, and their bytes. */
  readonly broadcasts: { readonly stored: number; readonly bytes: number };
  /** Committed outputs that had to be made again. */
  readonly outputsLost: number;
  readonly warnings: number;
  /** Those with a name, as they stood after the last job that added to them. */
  readonly accumulators: readonly { readonly name: string; readonly value: string }[];
  /** Faults that were injected on purpose, by kind. */
  readonly injected: Partial<Readonly<Record<ChaosKind, number>>>;
  /** null where requests cost nothing. */
  readonly requests: RequestTotals | null;
  /** null where tasks are no invocations of functions. */
  readonly invocations: InvocationTotals | null;
}

const SUMMED = [
  'recordsRead',
  'recordsWritten',
  'bytesRead',
  'bytesWritten',
  'shuffleBytesWritten',
  'shuffleBytesRead',
  'spills',
  'diskBytesSpilled',
] as const;

type Counters = { -readonly [K in (typeof SUMMED)[number]]: number };

/** The summary of an application, from its events alone. */
export function summarize(events: Iterable<AppEvent>): Summary {
  const summarizer = createSummarizer();
  for (const event of events) summarizer.add(event);
  return summarizer.summary();
}

/** The same, event by event. */
export function createSummarizer(): { add(event: AppEvent): void; summary(): Summary } {
  const sums = Object.fromEntries(SUMMED.map((name) => [name, 0])) as Counters;
  const jobs = { succeeded: 0, failed: 0, cancelled: 0, replayed: 0 };
  const tasks = { succeeded: 0, failed: 0, retried: 0, found: 0, copies: 0, copiesWon: 0, enlarged: 0 };
  const [seenStages, runStages, skippedStages] = [new Set<number>(), new Set<number>(), new Set<number>()];
  const [begunTasks, doneTasks, copies] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const broadcasts = { stored: 0, bytes: 0 };
  const badRecords = new Map<string, number>();
  const injected: Partial<Record<ChaosKind, number>> = {};
  const accumulators = new Map<number, Summary['accumulators'][number]>();
  const requests = createRequestTotals();
  const invocations = createInvocationTotals();
  let [appId, name]: [string | null, string | null] = [null, null];
  let status: Summary['status'] = 'running';
  let [firstMs, lastMs]: [number | null, number] = [null, 0];
  let [outputsLost, warnings] = [0, 0];

  const taskEnded = (event: Extract<AppEvent, { kind: 'taskEnded' }>): void => {
    if (event.failure !== null) {
      if (isFailedAttempt(event)) tasks.failed++;
      return;
    }
    if (!event.lostRace && copies.has(`${event.stage}/${event.partition}/${event.attempt}`)) tasks.copiesWon++;
    // Who lost a race reports what the winner did: each output counts once.
    const output = `${event.stage}/${event.partition}/${event.generation}`;
    if (doneTasks.has(output)) return;
    doneTasks.add(output);
    tasks.succeeded++;
    if (event.metrics === null) return;
    // Output that is made again leaves out the same records again: only the last one counts.
    badRecords.set(`${event.stage}/${event.partition}`, event.metrics.badRecords);
    for (const name of SUMMED) sums[name] += event.metrics[name];
  };
  return {
    add(event) {
      firstMs ??= event.timeMs;
      lastMs = event.timeMs;
      requests.add(event);
      invocations.add(event);
      switch (event.kind) {
        case 'appStarted':
          [appId, name, status] = [event.appId, event.name, 'running'];
          break;
        case 'appEnded':
          status = event.status;
          break;
        case 'jobEnded':
          if (event.replayed) jobs.replayed++;
          else jobs[event.status]++;
          for (const { ordinal, ...accumulator } of event.accumulators ?? []) accumulators.set(ordinal, accumulator);
          break;
        case 'stageSubmitted':
          if (seenStages.has(event.stage)) break;
          seenStages.add(event.stage);
          tasks.found += event.committed;
          break;
        case 'stageCompleted':
          if (event.status === 'skipped') skippedStages.add(event.stage);
          else if (event.status === 'succeeded') runStages.add(event.stage);
          break;
        case 'taskStarted': {
          const task = `${event.stage}/${event.partition}`;
          if (event.speculative) {
            tasks.copies++;
            copies.add(`${task}/${event.attempt}`);
          } else if (begunTasks.has(task)) tasks.retried++;
          begunTasks.add(task);
          break;
        }
        case 'taskEnded':
          taskEnded(event);
          break;
        case 'memoryRaised':
          if (event.partition !== null) tasks.enlarged++;
          break;
        case 'outputLost':
          outputsLost++;
          break;
        case 'faultInjected':
          injected[event.fault] = event.total;
          break;
        case 'broadcastStored':
          broadcasts.stored++;
          broadcasts.bytes += event.bytes;
          break;
        case 'warning':
          warnings++;
          break;
        case 'logStarted':
        case 'jobStarted':
        case 'taskLog':
          break;
      }
    },
    summary: () => ({
      appId,
      name,
      status,
      durationMs: lastMs - (firstMs ?? lastMs),
      jobs: { ...jobs },
      stages: { run: runStages.size, skipped: [...skippedStages].filter((stage) => !runStages.has(stage)).length },
      tasks: { ...tasks },
      ...sums,
      badRecords: [...badRecords.values()].reduce((sum, n) => sum + n, 0),
      broadcasts: { ...broadcasts },
      outputsLost,
      warnings,
      accumulators: [...accumulators].sort(([a], [b]) => a - b).map(([, accumulator]) => accumulator),
      injected: { ...injected },
      requests: requests.totals(),
      invocations: invocations.totals(),
    }),
  };
}
