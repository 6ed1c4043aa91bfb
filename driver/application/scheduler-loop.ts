import type { JobFailure, SchedulerCommand } from '../scheduler/commands.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import type { JobGraph } from '../scheduler/job-graph.ts';
import type { SchedulerSettings } from '../scheduler/settings.ts';
import { createSchedulerState } from '../scheduler/state.ts';
import { step } from '../scheduler/step.ts';

type Command<K extends SchedulerCommand['kind']> = Extract<SchedulerCommand, { kind: K }>;

/** What the scheduler's commands do to the world. Each may post events later; none may throw. */
export interface SchedulerEffects {
  resolveStage(stage: number): void;
  launch(command: Command<'launch'>): void;
  abortAttempt(command: Command<'abortAttempt'>): void;
  raiseGeneration(command: Command<'raiseGeneration'>): void;
  setTimer(command: Command<'setTimer'>): void;
  stageSubmitted(command: Command<'stageSubmitted'>): void;
  stageCompleted(command: Command<'stageCompleted'>): void;
  memoryRaised(command: Command<'memoryRaised'>): void;
  recordsLeftOut(command: Command<'recordsLeftOut'>): void;
  warn(command: Command<'warn'>): void;
}

export interface SchedulerLoop {
  post(event: SchedulerEvent): void;
  /** Resolves when all asked partitions are committed; rejects with what `toError` makes of the failure. */
  runJob(graph: JobGraph, toError: (failure: JobFailure) => unknown): Promise<void>;
  /** All jobs fail with this error, now and from now on. */
  fail(error: unknown): void;
}

interface WaitingJob {
  resolve(): void;
  reject(error: unknown): void;
  readonly toError: (failure: JobFailure) => unknown;
}

export interface SchedulerLoopOptions {
  readonly settings: SchedulerSettings;
  readonly slots: number;
  readonly effects: SchedulerEffects;
  /** A command could not be carried out: no job can go on, all have failed with this error. A bug, or a watcher that throws. */
  readonly onBroken: (error: unknown) => void;
}

/** Feeds events to the pure scheduler one after the other and carries out its commands. */
export function createSchedulerLoop(options: SchedulerLoopOptions): SchedulerLoop {
  const { effects } = options;
  let state = createSchedulerState(options.settings, options.slots);
  const jobs = new Map<number, WaitingJob>();
  const queue: SchedulerEvent[] = [];
  let draining = false;
  let broken = false;
  let failed: { readonly error: unknown } | null = null;

  const carryOut = (command: SchedulerCommand): void => {
    switch (command.kind) {
      case 'resolveStage':
        effects.resolveStage(command.stage);
        break;
      case 'launch':
        effects.launch(command);
        break;
      case 'abortAttempt':
        effects.abortAttempt(command);
        break;
      case 'raiseGeneration':
        effects.raiseGeneration(command);
        break;
      case 'setTimer':
        effects.setTimer(command);
        break;
      case 'stageSubmitted':
        effects.stageSubmitted(command);
        break;
      case 'stageCompleted':
        effects.stageCompleted(command);
        break;
      case 'memoryRaised':
        effects.memoryRaised(command);
        break;
      case 'recordsLeftOut':
        effects.recordsLeftOut(command);
        break;
      case 'warn':
        effects.warn(command);
        break;
      case 'jobSucceeded':
        end(command.job)?.resolve();
        break;
      case 'jobFailed':
        failJob(command.job, command.failure);
        break;
    }
  };
  const failJob = (job: number, failure: JobFailure): void => {
    const waiting = end(job);
    waiting?.reject(waiting.toError(failure));
  };
  const end = (job: number): WaitingJob | undefined => {
    const waiting = jobs.get(job);
    jobs.delete(job);
    return waiting;
  };
  /** What was decided and what was done differ from here on: nothing more is decided. */
  const breakOff = (error: unknown): void => {
    broken = true;
    failed ??= { error };
    queue.length = 0;
    for (const { reject } of jobs.values()) reject(error);
    jobs.clear();
    options.onBroken(error);
  };
  const post = (event: SchedulerEvent): void => {
    if (broken) return;
    queue.push(event);
    if (draining) return;
    draining = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const result = step(state, next);
        state = result.state;
        for (const command of result.commands) carryOut(command);
      }
    } catch (error) {
      breakOff(error);
    } finally {
      draining = false;
    }
  };
  return {
    post,
    runJob(graph, toError) {
      if (failed !== null) return Promise.reject(failed.error);
      const done = new Promise<void>((resolve, reject) => jobs.set(graph.job, { resolve, reject, toError }));
      post({ kind: 'jobSubmitted', graph });
      return done;
    },
    fail(error) {
      failed ??= { error };
      for (const [job, { reject }] of [...jobs]) {
        jobs.delete(job);
        reject(error);
        post({ kind: 'jobCancelled', job, reason: 'the driver stops' });
      }
    },
  };
}
