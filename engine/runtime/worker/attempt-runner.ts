// Classes of handles that functions capture: executors know them by what this registers.
import '../../closures/runtime/accumulator.ts';
import { holdsObjects, rebuildClosure } from '../../closures/runtime/rebuild-closure.ts';
import '../../closures/runtime/secret.ts';
import { runExecutorInits } from '../../closures/runtime/registrations.ts';
import type { TaskTemplate } from '../../plan/stage-plan.ts';
import type { Scratch } from '../../ports/scratch.ts';
import { useBroadcasts } from '../broadcast.ts';
import { readBroadcast } from '../read-broadcast.ts';
import { runTask, type TaskDeps, type UserFunction } from '../run-task.ts';
import { besideBroadcasts, threadBroadcastBytes } from '../supervisor/memory-plan.ts';
import { type BroadcastStore, createBroadcastStore, type FetchBroadcast } from './broadcast-store.ts';
import type { RunAttempt } from './serve-worker.ts';
import { createTemplateCache } from './template-cache.ts';
import type { WorkerCode } from './worker-code.ts';

export interface AttemptRunnerOptions extends Omit<TaskDeps, 'closures' | 'signal' | 'prepare' | 'scratch'> {
  /** Temporary files of one attempt. */
  readonly openScratch: (attemptId: string) => Scratch;
  readonly code: WorkerCode;
  /** Values that are kept for the tasks to come; default: a store of its own. */
  readonly broadcasts?: BroadcastStore;
}

interface PreparedStage {
  readonly template: TaskTemplate;
  /** The closures for one attempt: those that captured objects are made for it alone. */
  closures(): readonly UserFunction[];
}

/**
 * Runs attempts for real: template, user modules, broadcasts, closures, then the task.
 * ```
 *   spec ─▶ template (by hash) ─▶ modules of its closures ─▶ broadcasts ─▶ closures ─▶ executorInit ─▶ runTask
 *           └──────── once for each stage ───────┘      until the task ends
 * ```
 */
export function createAttemptRunner(options: AttemptRunnerOptions): RunAttempt {
  const { code, openScratch, ...deps } = options;
  const broadcasts =
    options.broadcasts ??
    createBroadcastStore({ prepare: (payloads) => code.prepare(payloads), maxBytes: threadBroadcastBytes(options.memory) });
  const readOwn: FetchBroadcast = (appId, ref) => readBroadcast(options.objects, appId, ref);

  const templates = createTemplateCache<PreparedStage>(options.objects, async (template, { appId }) => {
    await code.prepare(template.closures);
    useBroadcasts(broadcasts.of(appId));
    return { template, closures: closuresOf(template) };
  });

  return async (spec, { signal, fetchBroadcast = readOwn }) => {
    code.use(spec);
    const { template, closures } = await templates.get(spec, signal);
    const release = await broadcasts.hold(spec.appId, template.broadcasts ?? [], fetchBroadcast);
    let scratch: Scratch | null = null;
    try {
      await runExecutorInits();
      signal.throwIfAborted();
      scratch = openScratch(spec.attemptId);
      useBroadcasts(broadcasts.of(spec.appId));
      const memory = besideBroadcasts(deps.memory, broadcasts.heldBytes());
      const prepare: TaskDeps['prepare'] = (payloads) => code.prepare(payloads);
      return await runTask(spec, template, { ...deps, memory, closures: closures(), signal, scratch, prepare, cpuMs: threadCpuMs });
    } finally {
      scratch?.dropAll();
      release();
    }
  };
}

/**
 * What a function captured is each task's own copy, as in Spark: else a task would see what another one on this executor has put there.
 * Functions that captured no object have nothing to change; a stage of such shares them, and its compiled loops stay warm.
 */
function closuresOf({ closures }: TaskTemplate): () => readonly UserFunction[] {
  const shared = closures.map((payload) => (holdsObjects(payload) ? null : rebuild(payload)));
  if (shared.every((fn) => fn !== null)) return () => shared;
  return () => shared.map((fn, i) => fn ?? rebuild(closures[i] as Uint8Array));
}

function rebuild(payload: Uint8Array): UserFunction {
  return rebuildClosure(payload) as UserFunction;
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
