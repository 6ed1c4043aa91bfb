import { unpack } from 'msgpackr';
import type { TaskTemplate } from '../../engine/plan/stage-plan.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { TaskRunner } from '../../engine/ports/task-runner.ts';
import { createElection } from '../../engine/runtime/election.ts';
import { runTask, type TaskDeps, type UserFunction } from '../../engine/runtime/run-task.ts';
import { cancelledFailure, failureOf } from '../../engine/runtime/worker/task-failure.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { TaskOutcome, TaskSpec } from '../../engine/types/task.ts';

export interface ScriptedAttempt {
  readonly signal: AbortSignal;
  /** Memory that it was launched with; null: the runner has no sizes. */
  readonly memorySizeMb: number | null;
  /** Runs the task for real and commits it. */
  execute(spec?: TaskSpec): Promise<TaskOutcome>;
}

/** What becomes of an attempt; null: it is run for real. */
export type Script = (spec: TaskSpec, attempt: ScriptedAttempt) => Promise<TaskOutcome | null>;

export interface ScriptedRunnerOptions {
  readonly deps: Omit<TaskDeps, 'closures' | 'signal'>;
  readonly metadata: MetadataStore;
  readonly functionOf: (name: string) => unknown;
  readonly script: Script;
  readonly queueDepth: number;
  /** Default `queueDepth`. */
  readonly concurrency?: number;
  /** Attempts go on without their driver, for at most so long; null: they end with it. */
  readonly outliveMs?: number | null;
  readonly memorySizesMb?: readonly number[];
  /** `deps.blocks` are said to stay where they are. */
  readonly keepsBlocks?: boolean;
}

export interface ScriptedRunner extends TaskRunner {
  readonly attempts: readonly TaskSpec[];
}

/** A runner whose tasks run on this thread, unless the script says otherwise; closures are looked up by name. */
export function createScriptedRunner(options: ScriptedRunnerOptions): ScriptedRunner {
  const { deps, metadata, queueDepth, concurrency = queueDepth, outliveMs = null, memorySizesMb = [] } = options;
  const attempts: TaskSpec[] = [];
  const { readOffsets } = deps.exchange;
  const election = createElection({ metadata, readOffsets, staged: () => deps.staged, onWarning: console.warn });

  const execute = async (spec: TaskSpec, signal: AbortSignal): Promise<TaskOutcome> => {
    try {
      signal.throwIfAborted();
      const bytes = spec.template.inline ?? (await deps.objects.get(objectKeys.template(spec.appId, spec.template.hash)));
      const template = unpack(bytes) as TaskTemplate;
      const closures = template.closures.map((name) => options.functionOf(new TextDecoder().decode(name)) as UserFunction);
      const prepared = await runTask(spec, template, { ...deps, closures, signal });
      return await election.commit(spec, prepared);
    } catch (error) {
      return { kind: 'failure', failure: signal.aborted ? cancelledFailure(spec) : failureOf(error) };
    }
  };
  return {
    attempts,
    capabilities: {
      addressable: false,
      isolated: false,
      concurrency,
      queueDepth,
      maxPayloadBytes: Number.MAX_SAFE_INTEGER,
      maxTaskMs: outliveMs,
      outlivesDriver: outliveMs !== null,
      memorySizesMb,
      needsBundle: false,
      keepsBlocks: options.keepsBlocks ?? false,
    },
    async run(spec, { signal, onEvent, onLaunch, memorySizeMb = null }) {
      if (outliveMs !== null) await onLaunch?.();
      attempts.push(spec);
      onEvent({ kind: 'started', executorId: 'scripted' });
      const attempt = { signal, memorySizeMb, execute: (other = spec) => execute(other, signal) };
      return (await options.script(spec, attempt)) ?? (await execute(spec, signal));
    },
    dropBlocks(rdds, forGood) {
      for (const rdd of rdds) deps.blocks?.drop(rdd, forGood);
    },
    close: async () => undefined,
  };
}
