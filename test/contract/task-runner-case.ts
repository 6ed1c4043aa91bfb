import { expect } from 'vitest';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { RunOptions, TaskRunner } from '../../engine/ports/task-runner.ts';
import type { FailureKind, TaskFailure } from '../../engine/types/failure.ts';
import type { TaskEvent, TaskOutcome, TaskResult, TaskSpec } from '../../engine/types/task.ts';
import type { Behaviour } from '../support/executors/behaviours.ts';
import { specOf } from '../support/executors/specs.ts';

/** What one case works on: a runner whose tasks do what `runBehaviour` says, and the store into which they commit. */
export interface RunnerUnderTest {
  readonly runner: TaskRunner;
  readonly metadata: MetadataStore;
  /** Executor processes, where the runner has such. */
  readonly executors: () => readonly { readonly id: string; readonly pid: number }[];
  readonly end: () => Promise<void>;
}

/** Starts a runner with so many places to run tasks. */
export type MakeRunner = (places: number) => Promise<RunnerUnderTest>;

/** What not every runner has: user code cannot harm it, its memory is limited, user code runs in processes. */
export type RunnerNeed = 'isolated' | 'memory' | 'processes';

/** One sentence of the port's promise. It rejects when the runner does not keep it. */
export interface RunnerCase {
  readonly name: string;
  readonly needs?: RunnerNeed;
  /** Default 1. */
  readonly places?: number;
  readonly run: (subject: RunnerUnderTest) => Promise<void>;
}

/** One attempt on its way. */
export interface Launched {
  readonly spec: TaskSpec;
  readonly outcome: Promise<TaskOutcome>;
  readonly events: readonly TaskEvent[];
  /** Gives the executor's id. */
  readonly started: Promise<string>;
  abort(): void;
}

export function launch(
  { runner }: RunnerUnderTest,
  behaviour: Behaviour,
  overrides: Partial<TaskSpec> = {},
  options: Pick<RunOptions, 'memorySizeMb'> = {},
): Launched {
  const spec = specOf(behaviour, overrides);
  const abort = new AbortController();
  const events: TaskEvent[] = [];
  const started = Promise.withResolvers<string>();
  const onEvent = (event: TaskEvent): void => {
    events.push(event);
    if (event.kind === 'started') started.resolve(event.executorId);
  };
  const outcome = runner.run(spec, { ...options, signal: abort.signal, onEvent });
  return { spec, outcome, events, started: started.promise, abort: () => abort.abort() };
}

/** The attempt must succeed; gives what it returned. */
export async function succeed(launched: Launched): Promise<string> {
  return textOf(await resultOf(launched));
}

export async function resultOf(launched: Launched): Promise<TaskResult> {
  const outcome = await within(30_000, launched.outcome);
  expect(outcome).toMatchObject({ kind: 'success' });
  return (outcome as Extract<TaskOutcome, { kind: 'success' }>).result;
}

export function textOf({ output }: TaskResult): string {
  expect(output.kind).toBe('inline');
  return new TextDecoder().decode((output as Extract<typeof output, { kind: 'inline' }>).block);
}

/** The attempt must fail in this way; `ms` is a hang guard. */
export async function failureOf(launched: Launched, kind: FailureKind, ms = 20_000): Promise<TaskFailure> {
  const outcome = await within(ms, launched.outcome);
  expect(outcome).toMatchObject({ kind: 'failure', failure: { kind } });
  return (outcome as Extract<TaskOutcome, { kind: 'failure' }>).failure;
}

/** Rejects when the promise has not settled after `ms`: a broken runner must fail a case, not hang it. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`nothing happened for ${ms} ms`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
