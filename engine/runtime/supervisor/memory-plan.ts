import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';
import type { TaskMemory } from '../../types/task-memory.ts';

const MB = 1024 * 1024;
/** Resident size of an executor process before any user code: Node itself and the supervisor. */
const PROCESS_MB = 64;
/** Of each worker thread: its isolate, the engine's code. */
const THREAD_MB = 16;
/** Of what is left, the part of Buffers: blocks that are read, written, spilled and merged. The rest is the heap's. */
const BUFFER_SHARE = 0.2;
/** V8's own default of 192 MB would let a small executor's young generation outgrow its whole limit. */
const YOUNG_MB = 48;
const SMALLEST_HEAP_MB = 32;
/** Where no limit is given, the machine's memory is one: beyond it the kernel kills the driver without a word. */
const SHARE_OF_MACHINE = 0.85;
/** Of a heap: what operators plan with. The rest is user code's, garbage that V8 has not freed yet, and what an estimate is wrong by. */
const EXECUTION_SHARE = 0.5;
/** More would not make a task faster, and V8's pauses longer. */
const LARGEST_EXECUTION_BYTES = 1024 * MB;
const LARGEST_READ_AHEAD_BYTES = 48 * MB;

export interface MemoryPlan {
  /** Resident memory above which running attempts are stopped. */
  readonly limitBytes: number;
  /** Bounds of each worker's JavaScript heap; null leaves V8's default. */
  readonly resourceLimits: ResourceLimits | null;
  /** What a task plans with; each worker runs one at a time. */
  readonly task: TaskMemory;
}

/**
 * Divides an executor's memory: heaps and Buffers fill it together, and the watch over resident memory has the last word.
 * `--max-old-space-size` must not be given: V8 lets it override `resourceLimits`.
 * ```
 *   process │ thread │ buffers │ heap: execution │ the rest │ thread │ …
 * ```
 */
export function planMemory(memoryMb: number, threads: number): MemoryPlan & { readonly resourceLimits: ResourceLimits } {
  const perThreadMb = (memoryMb - PROCESS_MB - threads * THREAD_MB) / threads;
  const heapMb = Math.max(SMALLEST_HEAP_MB, Math.floor(perThreadMb * (1 - BUFFER_SHARE)));
  const youngMb = Math.min(YOUNG_MB, Math.ceil(heapMb / 4));
  return {
    limitBytes: memoryMb * MB,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(SMALLEST_HEAP_MB, heapMb - youngMb), maxYoungGenerationSizeMb: youngMb },
    task: taskMemory(heapMb * MB, memoryMb * MB),
  };
}

/** Workers inside the driver's own process share its memory: only the machine limits them, and each heap V8's default. */
export function machineMemory(threads: number): MemoryPlan {
  const constrained = process.constrainedMemory();
  const machine = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const limitBytes = Math.floor(machine * SHARE_OF_MACHINE);
  const heapBytes = Math.min(getHeapStatistics().heap_size_limit, (limitBytes / threads) * (1 - BUFFER_SHARE));
  return { limitBytes, resourceLimits: null, task: taskMemory(heapBytes, limitBytes) };
}

function taskMemory(heapBytes: number, residentLimitBytes: number): TaskMemory {
  const executionBytes = Math.floor(Math.min(LARGEST_EXECUTION_BYTES, heapBytes * EXECUTION_SHARE));
  return { executionBytes, readAheadBytes: Math.min(LARGEST_READ_AHEAD_BYTES, Math.floor(executionBytes / 8)), residentLimitBytes };
}
