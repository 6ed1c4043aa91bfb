import { parentPort, workerData } from 'node:worker_threads';
import { type ExecutorHookData, installExecutorHooks, type ModuleLoad } from '../../../../engine/closures/loading/executor-hooks.ts';
import { openExecutorBundle } from '../../../../engine/closures/loading/executor-modules.ts';
import { prepareClosures, rebuildClosure } from '../../../../engine/closures/runtime/rebuild-closure.ts';
import { encodeValue } from '../../../../engine/closures/runtime/value-codec.ts';
import { runForResult } from './run-result.ts';

/** What the driver hands to this worker thread when it starts it. */
export type CaseExecutorData = { readonly hooks: ExecutorHookData } | { readonly bundle: string };

export interface CaseCall {
  readonly payload: Uint8Array;
  readonly args: readonly unknown[];
}

export type CaseAnswer = { readonly value: Uint8Array } | { readonly error: string };

const data = workerData as CaseExecutorData;
const load: ModuleLoad = 'hooks' in data ? installExecutorHooks(data.hooks) : await openExecutorBundle(new URL(data.bundle));

async function answer({ payload, args }: CaseCall): Promise<CaseAnswer> {
  try {
    await prepareClosures([payload], load);
    return { value: encodeValue(await runForResult(rebuildClosure(payload) as (...args: unknown[]) => unknown, args), 'result') };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (call: CaseCall) => {
  void answer(call).then((result) => parentPort?.postMessage(result));
});
