import { prepareClosures } from '../../closures/runtime/rebuild-closure.ts';
import type { TaskSpec } from '../../types/task.ts';

/** Makes one user module available. */
export type LoadModule = (moduleId: string) => Promise<void>;

/** Gives the way to an application's user modules: on disk (null), or in the bundle of that hash. */
export type OpenCode = (appId: string, bundleHash: string | null) => Promise<LoadModule>;

/** The user code of a worker. A worker serves one application and bundle; its supervisor replaces it for another. */
export interface WorkerCode {
  /** The task whose code is meant from now on. */
  use(spec: Pick<TaskSpec, 'appId' | 'bundleHash'>): void;
  /** Loads the modules that closures or records need before they can be decoded. */
  prepare(payloads: readonly Uint8Array[]): Promise<void>;
}

/** Opens the code when something first needs it, and again after that failed. */
export function createWorkerCode(open: OpenCode): WorkerCode {
  let current: Pick<TaskSpec, 'appId' | 'bundleHash'> | null = null;
  let opened: Promise<LoadModule> | null = null;

  const openCurrent = (): Promise<LoadModule> => {
    if (current === null) return Promise.reject(new Error('user code was asked for before the first task'));
    const opening = open(current.appId, current.bundleHash);
    opening.catch(() => {
      opened = null;
    });
    return opening;
  };

  return {
    use(spec) {
      if (spec.appId === current?.appId && spec.bundleHash === current.bundleHash) return;
      current = spec;
      opened = null;
    },
    async prepare(payloads) {
      if (payloads.length === 0) return;
      opened ??= openCurrent();
      await prepareClosures(payloads, await opened);
    },
  };
}
