import { LevinError } from '../../errors/levin-error.ts';
import type { ModuleLoad } from './executor-hooks.ts';

/** Imports an executor bundle and gives the way to its modules. A worker serves exactly one bundle. */
export async function openExecutorBundle(url: URL): Promise<ModuleLoad> {
  const { modules } = (await import(url.href)) as { readonly modules: Readonly<Record<string, () => Promise<unknown>>> };
  return async (moduleId) => {
    const load = Object.hasOwn(modules, moduleId) ? modules[moduleId] : undefined;
    if (load === undefined) throw notInBundle(moduleId, Object.keys(modules));
    await load();
  };
}

function notInBundle(moduleId: string, known: readonly string[]): LevinError {
  const message =
    `Module ${moduleId} is not in this executor bundle, which holds ${known.join(', ') || 'nothing'}: ` +
    `driver and executor code differ (stale bundle?). Build the job again.`;
  return new LevinError({ code: 'MODULE_NOT_IN_BUNDLE', fault: 'user', message, details: { moduleId } });
}
