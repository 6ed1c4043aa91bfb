import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { JobGraph } from '../../../driver/scheduler/job-graph.ts';
import type { SchedulerSettings } from '../../../driver/scheduler/settings.ts';
import { createSchedulerState } from '../../../driver/scheduler/state.ts';
import { step } from '../../../driver/scheduler/step.ts';
import { failed, resolved, submitted, taskFailed } from './literals.ts';

type Launch = Extract<SchedulerCommand, { kind: 'launch' }>;

export interface ExecutorModel {
  readonly graph: JobGraph;
  readonly tasks: number;
  readonly settings: SchedulerSettings;
  /** Milliseconds that an attempt takes on each executor, in virtual time; each runs one at a time. */
  readonly runMs: readonly number[];
  /** Attempts handed over ahead, as runners take them. */
  readonly slots: number;
  /** Whether the attempt fails at its end. */
  readonly fails?: (launch: Launch, executor: number) => boolean;
}

export interface ModelRun {
  readonly makespanMs: number;
  readonly ended: string;
  readonly launches: readonly { readonly partition: number; readonly executor: number; readonly copy: boolean; readonly atMs: number }[];
  readonly warnings: readonly string[];
}

interface Running {
  readonly launch: Launch;
  readonly executor: number;
}

/** Executors around the real scheduler, in virtual time: a queue of attempts, the first idle executor that need not be avoided, and its pace. */
export function runOnExecutors(model: ExecutorModel): ModelRun {
  const { runMs } = model;
  const due: { readonly atMs: number; readonly event: () => SchedulerEvent | null }[] = [];
  const queue: Launch[] = [];
  const running = new Map<number, Running>();
  const launches: ModelRun['launches'][number][] = [];
  const warnings: string[] = [];
  let state = createSchedulerState(model.settings, model.slots);
  let nowMs = 0;
  let ended = '';

  const end = ({ launch, executor }: Running): SchedulerEvent | null => {
    if (running.get(executor)?.launch !== launch) return null;
    running.delete(executor);
    const { stage, partition, attempt, generation, inputs } = launch;
    if (model.fails?.(launch, executor)) return { ...taskFailed(stage, partition, attempt, failed('error')), nowMs } as SchedulerEvent;
    return { kind: 'taskSucceeded', stage, partition, attempt, generation, checksum: 'c', inputs, badRecords: 0, nowMs };
  };
  const begin = (launch: Launch, executor: number): void => {
    running.set(executor, { launch, executor });
    launches.push({ partition: launch.partition, executor, copy: launch.copy, atMs: nowMs });
    due.push({ atMs: nowMs + (runMs[executor] as number), event: () => end({ launch, executor }) });
    const { stage, partition, attempt } = launch;
    tell({ kind: 'taskStarted', stage, partition, attempt, executorId: String(executor), nowMs });
  };
  const place = (): void => {
    for (const launch of [...queue]) {
      const others = runMs
        .keys()
        .filter((executor) => !launch.avoid.includes(String(executor)))
        .toArray();
      const executor = (others.length > 0 ? others : [...runMs.keys()]).find((each) => !running.has(each));
      if (executor === undefined) continue;
      queue.splice(queue.indexOf(launch), 1);
      begin(launch, executor);
    }
  };
  const abort = ({ stage, partition, attempt }: Extract<SchedulerCommand, { kind: 'abortAttempt' }>): void => {
    const stopped = { ...taskFailed(stage, partition, attempt, failed('cancelled')), nowMs } as SchedulerEvent;
    const same = (launch: Launch): boolean => launch.partition === partition && launch.attempt === attempt && launch.stage === stage;
    const waiting = queue.findIndex(same);
    const found = [...running.values()].find(({ launch }) => same(launch));
    if (waiting >= 0) queue.splice(waiting, 1);
    if (found !== undefined) running.delete(found.executor);
    due.push({ atMs: nowMs, event: () => stopped });
  };
  const tell = (event: SchedulerEvent): void => {
    const next = step(state, event);
    state = next.state;
    for (const command of next.commands) {
      if (command.kind === 'launch') queue.push(command);
      else if (command.kind === 'abortAttempt') abort(command);
      else if (command.kind === 'resolveStage') due.push({ atMs: nowMs, event: () => resolved(command.stage, model.tasks) });
      else if (command.kind === 'setTimer')
        due.push({ atMs: nowMs + command.ms, event: () => ({ kind: 'timerFired', id: command.id, nowMs }) });
      else if (command.kind === 'jobSucceeded' || command.kind === 'jobFailed') ended = command.kind;
      else if (command.kind === 'warn') warnings.push(command.message);
    }
    place();
  };
  tell(submitted(model.graph));
  while (ended === '') {
    const next = due.reduce((a, b) => (b.atMs < a.atMs ? b : a));
    due.splice(due.indexOf(next), 1);
    nowMs = next.atMs;
    const event = next.event();
    if (event !== null) tell(event);
  }
  return { makespanMs: nowMs, ended, launches, warnings };
}
