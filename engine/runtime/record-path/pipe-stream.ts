import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LevinError } from '../../errors/levin-error.ts';
import type { NarrowOp } from '../../plan/stage-plan.ts';
import { lineOf } from '../sinks/line-of.ts';
import type { TaskContext } from '../task-context.ts';
import { type Batch, bufferOnPrepare, MAX_BATCH, type RecordStream } from './record-stream.ts';

type Pipe = Extract<NarrowOp, { kind: 'pipe' }>;

/** What the command wrote to stderr goes into the error, this much of its end. */
const MAX_STDERR_CHARACTERS = 1_000;

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: AsyncIterator<string>;
  /** Ends when all records are written, or the command does not want more. */
  readonly fed: Promise<void>;
  /** Exit code and signal; rejects when the command cannot be started. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  stderr: string;
}

/** A partition's records as lines into a command, and the lines it gives; the command starts also for an empty partition. */
export function pipeStream(input: RecordStream, op: Pipe, task: TaskContext): RecordStream {
  let running: Running | null = null;
  let over = false;

  const pull = async (max: number): Promise<Batch | null> => {
    if (over) return null;
    running ??= start(input, op, task);
    const out: string[] = [];
    while (out.length < Math.min(max, MAX_BATCH)) {
      const next = await running.lines.next();
      if (next.done) {
        over = true;
        await finish(running, op, task);
        return out.length > 0 ? out : null;
      }
      out.push(next.value);
    }
    return out;
  };
  const stream: RecordStream = {
    prepare: async () => undefined,
    pull,
    async close() {
      over = true;
      running?.child.kill('SIGKILL');
      await running?.fed.catch(() => undefined);
      await input.close();
    },
  };
  return bufferOnPrepare(stream, task.spill);
}

function start(input: RecordStream, op: Pipe, task: TaskContext): Running {
  const [name, ...args] = op.command as [string, ...string[]];
  const child = spawn(name, args, { env: { ...process.env, ...op.env }, stdio: 'pipe', signal: task.deps.signal, killSignal: 'SIGKILL' });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const running: Running = {
    child,
    // Reading begins at once: lines that come before the first pull are kept.
    lines: createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator](),
    fed: feed(input, child).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    }),
    ended,
    stderr: '',
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    running.stderr = (running.stderr + text).slice(-MAX_STDERR_CHARACTERS);
  });
  // Both are looked at when the output ends; until then a failure is not unhandled.
  running.fed.catch(() => undefined);
  ended.catch(() => undefined);
  return running;
}

async function feed(input: RecordStream, { stdin }: ChildProcessWithoutNullStreams): Promise<void> {
  // A command may stop reading (`head -1`): that is no failure.
  stdin.on('error', () => undefined);
  for (let batch = await input.pull(MAX_BATCH); batch !== null && !stdin.destroyed; batch = await input.pull(MAX_BATCH)) {
    const text = batch.map((record) => `${lineOf(record)}\n`).join('');
    if (!stdin.write(text) && !stdin.destroyed) await roomIn(stdin);
  }
  stdin.end();
}

/** Waits until the command has read what was written, or does not want more. */
async function roomIn(stdin: ChildProcessWithoutNullStreams['stdin']): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    stdin.off('drain', done).off('close', done);
    resolve();
  };
  stdin.on('drain', done).on('close', done);
  await promise;
}

async function finish(running: Running, op: Pipe, task: TaskContext): Promise<void> {
  const [code, signal] = await running.ended.catch((cause: unknown) => {
    throw failed(op, task, `cannot be started: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  });
  // What failed before the command is the reason why it was ended.
  await running.fed;
  if (!op.checkCode || code === 0) return;
  const said = running.stderr.trim() === '' ? '' : ` It said: ${running.stderr.trim()}`;
  throw failed(op, task, `${code === null ? `was ended by ${signal}` : `ended with code ${code}`}.${said}`);
}

function failed({ command }: Pipe, { place }: TaskContext, what: string, cause?: unknown): LevinError {
  return new LevinError({
    code: 'PIPE_FAILED',
    fault: 'user',
    message: `pipe: the command ${JSON.stringify(command.join(' '))} in partition ${place.partition} of stage ${place.stageNumber} ${what}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
