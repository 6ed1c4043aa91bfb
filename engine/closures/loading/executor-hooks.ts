import { pathToFileURL } from 'node:url';
import { installHooks } from './hooks.ts';
import type { SourceLoader } from './loader-state.ts';
import { fileOfModule } from './project-root.ts';

/** What a worker thread needs to load user modules from disk; survives structured cloning. */
export type ExecutorHookData = Pick<SourceLoader, 'root' | 'mainFiles' | 'include' | 'driverOnly' | 'aliases' | 'cacheFolder'>;

/** Makes a module available on the executor: evaluates it once, and so registers its factories. */
export type ModuleLoad = (moduleId: string) => Promise<void>;

/** The part of the driver's loader that its worker threads get. */
export function executorHookData(loader: SourceLoader): ExecutorHookData {
  const { root, mainFiles, include, driverOnly, aliases, cacheFolder } = loader;
  return { root, mainFiles, include, driverOnly, aliases, cacheFolder };
}

/** Installs the hooks of a worker thread that reads user modules from disk, in executor mode. */
export function installExecutorHooks(data: ExecutorHookData): ModuleLoad {
  installHooks({ ...data, mode: 'executor' });
  return async (moduleId) => {
    await import(pathToFileURL(fileOfModule(data.root, moduleId)).href);
  };
}
