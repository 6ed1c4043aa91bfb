import type { Alias } from './resolver.ts';

/** User code comes from its source files, through loader hooks, Vite or a bundler plugin. */
export interface SourceLoader {
  readonly kind: 'source';
  /** Project root: module ids are relative to it. Real path. */
  readonly root: string;
  /** Real paths of job script or test files. */
  readonly mainFiles: readonly string[];
  readonly include: readonly (string | RegExp)[];
  readonly driverOnly: readonly (string | RegExp)[];
  readonly aliases: readonly Alias[];
  /** Where transformed modules are kept; null: nowhere. */
  readonly cacheFolder: string | null;
  /** User modules loaded so far: id → real path. */
  readonly modules: ReadonlyMap<string, string>;
}

/** The job was built ahead of time (`levin build`): its executors run this bundle, no source is needed. */
export interface BuiltLoader {
  readonly kind: 'built';
  readonly root: string;
  /** Absolute path of the executor bundle. */
  readonly bundleFile: string;
  /** SHA-256 of the bundle, hex. */
  readonly bundleHash: string;
}

/** How the user code of this process was loaded: what Context needs to know to give it to executors. */
export type Loader = SourceLoader | BuiltLoader;

// On globalThis, because two copies of levin (a global CLI and the project's own) may meet in one process.
const KEY = Symbol.for('levin.loader');
const slot = globalThis as { [KEY]?: Loader };

/** Null when user code was loaded without levin. */
export function currentLoader(): Loader | null {
  return slot[KEY] ?? null;
}

export function setCurrentLoader(loader: Loader): void {
  slot[KEY] = loader;
}
