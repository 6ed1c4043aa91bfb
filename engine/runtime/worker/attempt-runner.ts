import { prepareClosures, rebuildClosure } from '../../closures/runtime/rebuild-closure.ts';
import { runExecutorInits } from '../../closures/runtime/registrations.ts';
import type { TaskTemplate } from '../../plan/stage-plan.ts';
import { runTask, type TaskDeps, type UserFunction } from '../run-task.ts';
import type { RunAttempt } from './serve-worker.ts';
import { createTemplateCache } from './template-cache.ts';

export interface AttemptRunnerOptions extends Omit<TaskDeps, 'closures' | 'signal'> {
  /** The way to an application's user modules: on disk, or in the bundle of that hash. Called once for each. */
  readonly openCode: (appId: string, bundleHash: string | null) => Promise<(moduleId: string) => Promise<void>>;
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
  const { openCode, ...deps } = options;
  const codes = new Map<string, ReturnType<typeof openCode>>();

  const codeOf = (appId: string, bundleHash: string | null): ReturnType<typeof openCode> => {
    const key = `${appId}/${bundleHash ?? ''}`;
    const found = codes.get(key) ?? openCode(appId, bundleHash);
    codes.set(key, found);
    found.catch(() => codes.delete(key));
    return found;
  };

  const templates = createTemplateCache<PreparedStage>(options.objects, async (template, { appId, bundleHash }) => {
    if (template.closures.length === 0) return { template, closures: [] };
    const load = await codeOf(appId, bundleHash);
    await prepareClosures(template.closures, load);
    return { template, closures: template.closures.map((payload) => rebuildClosure(payload) as UserFunction) };
  });

  return async (spec, { signal }) => {
    const { template, closures } = await templates.get(spec, signal);
    await runExecutorInits();
    signal.throwIfAborted();
    return await runTask(spec, template, { ...deps, closures, signal });
  };
}
