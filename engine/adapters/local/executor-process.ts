import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import {
  type Build,
  checkSameBuild,
  type ExecutorSetup,
  type FromExecutor,
  type ToExecutor,
} from '../../runtime/supervisor/executor-protocol.ts';
import { toWireError } from '../../runtime/worker/wire-error.ts';
import type { ExecutorFolder } from './executor-folder.ts';

/** How an executor process ended. */
export interface ProcessEnd {
  readonly pid: number | undefined;
  /** It had reported that it is up. */
  readonly ready: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it printed to stderr: V8's last words are there. */
  readonly lastWords: string;
  /** Why it, or its driver, refused to work together. */
  readonly refusal: string | null;
}

export interface ExecutorProcessOptions {
  readonly entry: URL;
  readonly setup: ExecutorSetup;
  readonly folder: ExecutorFolder;
  readonly env: NodeJS.ProcessEnv;
  /** It is up, and of the same build. */
  readonly onReady: () => void;
  readonly onMessage: (message: Exclude<FromExecutor, { kind: 'ready' | 'refused' }>) => void;
  /** What user code writes to the process's own stdout and stderr, as it comes. */
  readonly onOutput: (text: string) => void;
  /** Last event. */
  readonly onEnd: (end: ProcessEnd) => void;
}

/** An executor process, seen from its driver. */
export interface ExecutorProcess {
  readonly pid: number | undefined;
  post(message: ToExecutor): void;
  kill(): void;
  /** Whether it keeps the driver alive. */
  hold(busy: boolean): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

const LAST_WORDS_LENGTH = 8_192;

/** Starts a process at once; messages may be posted before it is up. */
export function startExecutorProcess(options: ExecutorProcessOptions): ExecutorProcess {
  const child = fork(options.entry, [], {
    cwd: options.folder.work,
    env: options.env,
    execArgv: ['--enable-source-maps', '--disable-warning=ExperimentalWarning'],
    // Typed arrays travel as they are, and it is faster than JSON (55,000 against 37,000 tasks a second).
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const gone = Promise.withResolvers<void>();
  let ready = false;
  let refusal: string | null = null;
  let lastWords = '';

  const onFirst = (message: Extract<FromExecutor, { kind: 'ready' | 'refused' }>): void => {
    refusal = message.kind === 'refused' ? message.message : mismatchOf(options.setup, message);
    if (refusal !== null) child.kill('SIGKILL');
    else {
      ready = true;
      options.onReady();
    }
  };
  child.on('message', (message) => {
    const received = message as FromExecutor;
    if (received.kind === 'ready' || received.kind === 'refused') onFirst(received);
    else options.onMessage(received);
  });
  child.stdout?.setEncoding('utf8').on('data', options.onOutput);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_LENGTH);
    if (!isFatal(lastWords)) options.onOutput(text);
  });
  let ended = false;
  const onEnd = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (ended) return;
    ended = true;
    options.onEnd({ pid: child.pid, ready, code, signal, lastWords, refusal });
    gone.resolve();
  };
  // 'close' comes after stderr was read to its end, and not at all when the process could not be started.
  child.on('close', onEnd);
  child.on('error', (error) => {
    lastWords += error.message;
    if (child.pid === undefined) onEnd(null, null);
  });
  const process = handleOf(child, gone.promise);
  process.post({ kind: 'setup', setup: options.setup });
  return process;
}

/** V8 is about to abort and prints some fifty lines; the failure's message says it in one. */
function isFatal(lastWords: string): boolean {
  return /<--- Last few GCs --->|FATAL ERROR: /.test(lastWords);
}

function handleOf(child: ReturnType<typeof fork>, gone: Promise<void>): ExecutorProcess {
  const pipes = [child.stdout, child.stderr] as readonly (Readable & { ref?(): void; unref?(): void })[];
  const handle: ExecutorProcess = {
    pid: child.pid,
    // A message to a process that is just ending is lost like the process itself: its end tells what becomes of the task.
    post: (message) => void (child.connected && child.send(message, () => undefined)),
    kill: () => void child.kill('SIGKILL'),
    hold(busy) {
      const change = busy ? 'ref' : 'unref';
      child[change]();
      child.channel?.[change]();
      for (const pipe of pipes) pipe[change]?.();
    },
    gone,
  };
  handle.hold(false);
  return handle;
}

function mismatchOf(driver: Build, executor: Build): string | null {
  try {
    checkSameBuild(driver, executor);
    return null;
  } catch (error) {
    return toWireError(error).message;
  }
}
