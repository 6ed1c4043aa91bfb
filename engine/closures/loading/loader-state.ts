import type { Alias } from './resolver.ts';

/** User code comes from its source files: through loader hooks, or through Vite. */
export interface SourceLoader {
  readonly kind: 'source';
  /** Project root: module ids are relative to it. Real path. */
  readonly root: string;
  /** Real paths of the job script; test files are known once they are loaded. */
  readonly mainFiles: readonly string[];
  readonly include: readonly (string | RegExp)[];
  readonly driverOnly: readonly (string | RegExp)[];
  readonly aliases: readonly Alias[];
  /** Where transformed modules are kept; null: nowhere. */
  readonly cacheFolder: string | null;
}

/** The job was bundled ahead of time (`levin build`, `levin/esbuild`): its executors run this bundle, no source is needed. */
export interface BuiltLoader {
  readonly kind: 'built';
  /** Absolute path of the executor bundle. Beside it, with `.json` added: what imports mean for the lineage, by `moduleId`, line break, specifier. */
  readonly bundleFile: string;
}

/** How the user code of this process was loaded: what is needed to give the same code to executors. */
export type Loader = SourceLoader | BuiltLoader;

/**
 * Where the loader stands on globalThis: two copies of levin (a global CLI and the project's own) may meet in one process,
 * and bundled jobs and Vite write it without importing anything.
 */
export const LOADER_KEY = 'levin.loader.v1';

const KEY: unique symbol = Symbol.for(LOADER_KEY);
const slot = globalThis as { [KEY]?: Loader };

/** Null when user code was loaded without levin. */
export function currentLoader(): Loader | null {
  return slot[KEY] ?? null;
}

export function setCurrentLoader(loader: Loader): void {
  slot[KEY] = loader;
}
