import { executorBundle } from '../../engine/closures/loading/executor-code.ts';
import { currentLoader } from '../../engine/closures/loading/loader-state.ts';
import { loadedModules } from '../../engine/closures/runtime/driver-registry.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { StageTable } from './stage-table.ts';

export interface CodeProviderOptions {
  readonly appId: string;
  readonly table: StageTable;
  readonly objects: ObjectStore;
}

export interface CodeProvider {
  bundleFor(stage: number): Promise<string>;
  /** Somebody found the bundles lost or damaged. */
  storeAgain(): Promise<void>;
}

/**
 * Gives the hash of a stored executor bundle that holds the code of a stage. A bundle holds all user modules that the driver has loaded;
 * it is built at the first stage that needs it, and again when a closure names a module that is not in it.
 */
export function createCodeProvider(options: CodeProviderOptions): CodeProvider {
  let current: { readonly modules: ReadonlySet<string>; readonly hash: Promise<string> } | null = null;

  const build = async (putOptions: { readonly ifAbsent: boolean }): Promise<string> => {
    const loader = currentLoader();
    if (loader === null) throw notLoaded();
    const bundle = await executorBundle(loader);
    await options.objects.put(objectKeys.code(options.appId, bundle.hash), bundle.code, putOptions);
    return bundle.hash;
  };
  const start = (putOptions: { readonly ifAbsent: boolean }): Promise<string> => {
    const started = { modules: new Set(loadedModules().map(({ moduleId }) => moduleId)), hash: build(putOptions) };
    current = started;
    // The next attempt tries again.
    started.hash.catch(() => {
      if (current === started) current = null;
    });
    return started.hash;
  };
  return {
    bundleFor(stage) {
      const needed = options.table.get(stage).draft.closures.flatMap((closure) => closure.modules);
      return current === null || needed.some((id) => !current?.modules.has(id)) ? start({ ifAbsent: true }) : current.hash;
    },
    async storeAgain() {
      if (current !== null) await start({ ifAbsent: false });
    },
  };
}

function notLoaded(): LevinError {
  return new LevinError({
    code: 'NOT_LOADED_THROUGH_LEVIN',
    fault: 'user',
    message:
      'The job was not loaded through levin, so its code cannot be given to executors. Start it with: levin run, or node --import levin/register.',
  });
}
