import { readdirSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { newCounters } from '../../../engine/runtime/task-context.ts';
import type { RunAttempt } from '../../../engine/runtime/worker/serve-worker.ts';
import type { TaskMetrics } from '../../../engine/types/task.ts';

/** What a test task does instead of running a plan; it travels as the spec's inline template. */
export type Behaviour =
  | { readonly do: 'value'; readonly value: string }
  | { readonly do: 'log'; readonly lines: readonly (readonly [level: 'log' | 'info' | 'warn' | 'error' | 'debug', text: string])[] }
  | { readonly do: 'throw'; readonly name: 'TypeError' | 'Error'; readonly message: string }
  | { readonly do: 'fetch-failed' }
  /** Waits until it is told to stop. */
  | { readonly do: 'wait' }
  /** Waits for ever, whatever it is told. */
  | { readonly do: 'wait-deaf' }
  | { readonly do: 'loop' }
  | { readonly do: 'compute'; readonly ms: number }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'fill-heap' }
  | { readonly do: 'fill-buffers' }
  /** Keeps so much in the heap until it ends. */
  | { readonly do: 'hold-heap'; readonly mb: number }
  | { readonly do: 'fill-heap-at-once' }
  | { readonly do: 'kill-own-process' }
  | { readonly do: 'stray-rejection'; readonly message: string }
  | { readonly do: 'stray-exception'; readonly message: string }
  /** Gives the number of the thread. */
  | { readonly do: 'thread' }
  | { readonly do: 'environment' };

export function encodeBehaviour(behaviour: Behaviour): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(behaviour));
}

export const METRICS: TaskMetrics = {
  ...newCounters(),
  runMs: 0,
  peakRssBytes: 0,
  badRecords: 0,
};

/** The task function of the runners' contract: no plan, no closures, only what runners have to cope with. */
export const runBehaviour: RunAttempt = async (spec, { signal }) => {
  const behaviour = JSON.parse(new TextDecoder().decode(spec.template.inline ?? new Uint8Array())) as Behaviour;
  const value = await outputOf(behaviour, signal);
  return { output: { kind: 'inline', block: new TextEncoder().encode(value), checksum: '00' }, metrics: METRICS };
};

async function outputOf(behaviour: Behaviour, signal: AbortSignal): Promise<string> {
  switch (behaviour.do) {
    case 'value':
      return behaviour.value;
    case 'log':
      for (const [level, text] of behaviour.lines) console[level](text);
      return '';
    case 'throw':
      throw behaviour.name === 'TypeError' ? new TypeError(behaviour.message) : Object.assign(new Error(behaviour.message), { shelf: 7 });
    case 'fetch-failed': {
      const lost = [{ stageId: 'producer', partition: 3, generation: 1 }];
      throw new LevinError({ code: 'FETCH_FAILED', fault: 'transient', message: 'block gone', details: { lost } });
    }
    case 'wait':
      return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
    case 'wait-deaf':
      return await new Promise(() => setInterval(() => undefined, 1_000));
    case 'compute':
      return String(compute(behaviour.ms));
    case 'hold-heap':
      return `held ${hold(behaviour.mb).length} MB`;
    case 'thread':
      return String(threadId);
    case 'environment':
      return JSON.stringify({ cwd: process.cwd(), files: readdirSync('.'), variables: Object.keys(process.env) });
    default:
      return await misbehave(behaviour);
  }
}

type Misbehaviour = Extract<
  Behaviour,
  { do: 'loop' | 'exit' | 'fill-heap' | 'fill-buffers' | 'fill-heap-at-once' | 'kill-own-process' | 'stray-rejection' | 'stray-exception' }
>;

async function misbehave(behaviour: Misbehaviour): Promise<string> {
  switch (behaviour.do) {
    case 'loop':
      for (;;);
    case 'exit':
      return process.exit(behaviour.code);
    case 'fill-heap': {
      const kept: unknown[] = [];
      for (;;) kept.push({ at: kept.length, text: `record ${kept.length}` });
    }
    case 'fill-buffers': {
      const kept: Buffer[] = [];
      for (;;) kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
    }
    case 'fill-heap-at-once': {
      const kept: unknown[] = [];
      for (;;) kept.push(Array.from<number>({ length: 5_000_000 }).fill(1.5));
    }
    case 'kill-own-process':
      process.kill(process.pid, 'SIGKILL');
      return await new Promise(() => setInterval(() => undefined, 1_000));
    case 'stray-rejection':
      void Promise.reject(new Error(behaviour.message));
      return 'returned all the same';
    case 'stray-exception':
      setTimeout(() => {
        throw new Error(behaviour.message);
      });
      return await new Promise(() => setInterval(() => undefined, 1_000));
  }
}

function hold(mb: number): readonly unknown[] {
  return Array.from({ length: mb }, () => new Array<number>(131_072).fill(1.5));
}

function compute(ms: number): number {
  const end = performance.now() + ms;
  let rounds = 0;
  while (performance.now() < end) rounds += 1;
  return rounds;
}
