import { type HookOptions, type InstalledHooks, installHooks } from './hooks.ts';
import { setCurrentLoader } from './loader-state.ts';
import { realPathOf } from './project-root.ts';

export type DriverHookOptions = Omit<HookOptions, 'mode'>;

/** Installs the loader hooks of a driver process and remembers them for Context, which hands the same settings to executors. */
export function installDriverHooks(options: DriverHookOptions): InstalledHooks {
  const hooks = installHooks({ ...options, mode: 'driver' });
  setCurrentLoader({
    kind: 'source',
    root: realPathOf(options.root),
    mainFiles: options.mainFiles.map(realPathOf),
    include: options.include ?? [],
    driverOnly: options.driverOnly ?? [],
    aliases: options.aliases ?? [],
    cacheFolder: options.cacheFolder,
  });
  return hooks;
}
