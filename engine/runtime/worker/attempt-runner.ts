import { rebuildClosure } from '../../closures/runtime/rebuild-closure.ts';
import { runExecutorInits } from '../../closures/runtime/registrations.ts';
import type { TaskTemplate } from '../../plan/stage-plan.ts';
import { runTask, type TaskDeps, type UserFunction } from '../run-task.ts';
import type { RunAttempt } from './serve-worker.ts';
import { createTemplateCache } from './template-cache.ts';
import type { WorkerCode } from './worker-code.ts';

export interface AttemptRunnerOptions extends Omit<TaskDeps, 'closures' | 'signal' | 'prepare'> {
  readonly code: WorkerCode;
}

interface PreparedStage {
  readonly template: TaskTemplate;
  readonly closures: readonly UserFunction[];
}

/**
 * Runs attempts for real: template, user modules, closures, then the task.
 * ```
 *   spec ─▶ template (by hash) ─▶ modules of its closures ─▶ closures ─▶ executorInit ─▶ runTask
 *           └──────────────── once for each stage ────────────────┘
 * ```
 */
export function createAttemptRunner(options: AttemptRunnerOptions): RunAttempt {
  const { code, ...deps } = options;

  const templates = createTemplateCache<PreparedStage>(options.objects, async (template) => {
    await code.prepare(template.closures);
    return { template, closures: rebuild(template) };
  });

  return async (spec, { signal }) => {
    code.use(spec);
    const { template, closures } = await templates.get(spec, signal);
    await runExecutorInits();
    signal.throwIfAborted();
    // The tasks of a stage share its closures, whose compiled loops stay warm. A repeated attempt has its own:
    // objects that they captured may hold what an attempt that failed half-way has put there.
    const own = spec.attempt === 0 ? closures : rebuild(template);
    return await runTask(spec, template, { ...deps, closures: own, signal, prepare: (payloads) => code.prepare(payloads) });
  };
}

function rebuild(template: TaskTemplate): readonly UserFunction[] {
  return template.closures.map((payload) => rebuildClosure(payload) as UserFunction);
}
