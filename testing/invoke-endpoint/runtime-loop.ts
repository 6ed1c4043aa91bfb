/**
 * The runtime of an environment: loads the handler, then runs one invocation after the other.
 * Messages take the place of Lambda's runtime API; when the endpoint is gone, so is the environment.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FromRuntime, ToRuntime } from './runtime-messages.ts';

type Handler = (event: unknown, context: object) => unknown;

const send = (message: FromRuntime): void => void process.send?.(message);
process.on('disconnect', () => process.exit());

const handler = await load().catch((error: unknown) => {
  send({ kind: 'initFailed', error: errorOf(error) });
  return null;
});
if (handler !== null) {
  process.on('message', (message: ToRuntime) => void invoke(handler, message));
  send({ kind: 'ready' });
}

async function load(): Promise<Handler> {
  const [file = '', name = ''] = (process.env['_HANDLER'] ?? '').split('.');
  const base = join(process.env['LAMBDA_TASK_ROOT'] ?? '', file);
  const path = ['.mjs', '.js', '.ts'].map((extension) => base + extension).find((each) => existsSync(each));
  if (path === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  if (typeof module[name] !== 'function') throw named('Runtime.HandlerNotFound', `${file}.${name} is undefined or not exported`);
  return module[name] as Handler;
}

async function invoke(handle: Handler, { requestId, event, deadlineMs }: ToRuntime): Promise<void> {
  try {
    const result = await handle(JSON.parse(event), {
      awsRequestId: requestId,
      functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
      memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
      logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    });
    send({ kind: 'returned', requestId, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    send({ kind: 'threw', requestId, error: errorOf(error) });
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** As Lambda's runtime words what a handler threw. */
function errorOf(thrown: unknown): { errorType: string; errorMessage: string; trace: readonly string[] } {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
}
