import { pathToFileURL } from 'node:url';
import { installHooks } from './hooks.ts';
import type { SourceLoader } from './loader-state.ts';
import { fileOfModule } from './project-root.ts';

/** What a worker thread needs to load user modules from disk; survives structured cloning. */
export type ExecutorHookData = Omit<SourceLoader, 'kind'>;

/** Makes a module available on the executor: evaluates it once, and so registers its factories. */
export type ModuleLoad = (moduleId: string) => Promise<void>;

/** Installs the hooks of a worker thread that reads user modules from disk, in executor mode. */
export function installExecutorHooks(data: ExecutorHookData): ModuleLoad {
  installHooks({ ...data, mode: 'executor' });
  return async (moduleId) => {
    await import(pathToFileURL(fileOfModule(data.root, moduleId)).href);
  };
}
