import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { childProcesses } from './child-processes.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { residentBytes } from './resident-memory.ts';
import type { FromRuntime, RuntimeError, ToRuntime } from './runtime-messages.ts';

/** How an invocation ended, with what Lambda would report. */
export interface Invoked {
  readonly result: { readonly kind: 'returned'; readonly payload: string } | { readonly kind: 'failed'; readonly error: RuntimeError };
  readonly durationMs: number;
  /** How long the environment took to start; null: it was there. */
  readonly initMs: number | null;
  readonly maxMemoryMb: number;
  /** What the function printed meanwhile. */
  readonly log: string;
}

/** One place where a function runs, one invocation at a time; used again while it lives. */
export interface Environment {
  readonly id: string;
  readonly pid: number | undefined;
  readonly alive: boolean;
  invoke(requestId: string, event: string): Promise<Invoked>;
  close(): Promise<void>;
}

const MB = 1024 * 1024;
const LOOK_EVERY_MS = 20;
const MAX_INIT_MS = 10_000;

type Ended = { readonly kind: 'ended'; readonly error: RuntimeError };

/**
 * Starts a process of its own for the function. What differs from Lambda: it is not frozen between invocations, and its memory is looked at
 * every 20 ms, so that it may pass its limit for that long.
 */
export function startEnvironment(definition: FunctionDefinition, region: string): Environment {
  const id = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
  const temporary = mkdtempSync(join(tmpdir(), 'levin-lambda-'));
  const child = fork(new URL(`./runtime-loop${extname(import.meta.url)}`, import.meta.url), [], {
    cwd: definition.folder,
    env: variablesOf(definition, { id, temporary, region }),
    // As Lambda's runtime starts Node.
    execArgv: [
      `--max-old-space-size=${Math.floor(definition.memoryMb * 0.9)}`,
      `--max-semi-space-size=${Math.max(1, Math.floor(definition.memoryMb * 0.05))}`,
      '--disable-warning=ExperimentalWarning',
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // All that the function starts ends with it, as Lambda's sandboxes do.
    detached: true,
  });
  let log = '';
  const keep = (text: Buffer): void => {
    log = (log + text.toString()).slice(-64 * 1024);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const life = watchLife(child);
  const begunAt = performance.now();
  let initMs: number | null = null;
  void life.started.then(() => {
    initMs = performance.now() - begunAt;
  });
  const memory = watchMemory(child, definition.memoryMb);

  const invoke = async (requestId: string, event: string): Promise<Invoked> => {
    memory.forget();
    const failedStart = await life.started;
    if (failedStart !== null) return invoked(failedStart, 0);
    const start = Date.now();
    const deadlineMs = start + definition.timeoutMs;
    const timer = setTimeout(() => {
      const seconds = (definition.timeoutMs / 1000).toFixed(2);
      life.kill({ errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds` });
    }, definition.timeoutMs);
    const answer = Promise.race([answerTo(child, requestId), life.ended(requestId)]);
    child.send({ requestId, event, deadlineMs } satisfies ToRuntime, () => undefined);
    const answered = await answer;
    clearTimeout(timer);
    const durationMs = Date.now() - start;
    // What it printed before it answered lies in the pipes: they are read in the same turn as the answer, or in the next.
    for (let turn = 0; turn < 2; turn++) await setImmediate();
    return invoked(answered, durationMs);
  };
  const invoked = (answered: FromRuntime | Ended, durationMs: number): Invoked => {
    const printed = log;
    log = '';
    const ofFirst = initMs;
    initMs = null;
    const measured = { durationMs, initMs: ofFirst, maxMemoryMb: Math.ceil(memory.most() / MB), log: printed };
    if (answered.kind === 'returned') return { ...measured, result: { kind: 'returned', payload: answered.payload } };
    return { ...measured, result: { kind: 'failed', error: (answered as Ended).error } };
  };
  return {
    id,
    pid: child.pid,
    get alive() {
      return life.alive();
    },
    invoke,
    async close() {
      killAll(child);
      await life.gone;
      rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The function's process and those that it started: a group of their own, beside those that lead groups again. */
function killAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  for (const group of [pid, ...childProcesses(pid)]) killGroup(group);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it is gone, or leads no group.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface Life {
  /** null: it is up. */
  readonly started: Promise<Ended | null>;
  readonly gone: Promise<void>;
  alive(): boolean;
  kill(error: RuntimeError): void;
  /** Settles when the environment ends, as Lambda says it. */
  ended(requestId: string): Promise<Ended>;
}

function watchLife(child: ChildProcess): Life {
  const started = Promise.withResolvers<Ended | null>();
  const gone = Promise.withResolvers<void>();
  let reason: RuntimeError | null = null;
  let exit: string | null = null;
  const init = setTimeout(() => killAll(child), MAX_INIT_MS);
  child.on('message', (message: FromRuntime) => {
    if (message.kind === 'ready') started.resolve(null);
    if (message.kind !== 'initFailed') return;
    reason = message.error;
    killAll(child);
  });
  const end = (text: string): void => {
    clearTimeout(init);
    exit = text;
    gone.resolve();
  };
  child.on('close', (code, signal) => end(signal === null ? `exit status ${code}` : `signal: ${SIGNALS[signal] ?? signal}`));
  child.on('error', (error) => {
    if (child.pid === undefined) end(error.message);
  });
  const endOf = (requestId: string): Ended => {
    const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${exit}`;
    return { kind: 'ended', error: reason ?? { errorType: 'Runtime.ExitError', errorMessage } };
  };
  void started.promise.then(() => clearTimeout(init));
  void gone.promise.then(() => started.resolve(endOf('')));
  return {
    started: started.promise,
    gone: gone.promise,
    alive: () => exit === null && reason === null,
    kill(error) {
      reason = error;
      killAll(child);
    },
    ended: async (requestId) => {
      await gone.promise;
      return endOf(requestId);
    },
  };
}

/** Go's names for them, which Lambda prints. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

function watchMemory(child: ChildProcess, limitMb: number): { most(): number; forget(): void } {
  let most = 0;
  const timer = setInterval(() => {
    const bytes = residentBytes(child.pid ?? 0);
    most = Math.min(limitMb * MB, Math.max(most, bytes));
    if (bytes > limitMb * MB) killAll(child);
  }, LOOK_EVERY_MS);
  child.on('close', () => clearInterval(timer));
  return {
    most: () => most,
    forget() {
      most = 0;
    },
  };
}

function answerTo(child: ChildProcess, requestId: string): Promise<FromRuntime> {
  return new Promise((resolve) => {
    const onMessage = (message: FromRuntime): void => {
      if (!('requestId' in message) || message.requestId !== requestId) return;
      child.off('message', onMessage);
      resolve(message);
    };
    child.on('message', onMessage);
  });
}

function variablesOf(
  definition: FunctionDefinition,
  { id, temporary, region }: { readonly id: string; readonly temporary: string; readonly region: string },
): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: temporary,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: id,
    LAMBDA_TASK_ROOT: definition.folder,
    _HANDLER: definition.handler,
    ...definition.environment(temporary),
  };
}
