import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';
import type { TaskMemory } from '../../types/task-memory.ts';

const MB = 1024 * 1024;
/** Resident size of an executor process without any worker: Node itself and the supervisor. */
const PROCESS_MB = 72;
/** Of each worker thread, beside what is in its heap: its isolate, the engine's code. */
const THREAD_MB = 16;
/** Of a worker's heap: modules, the engine's code, the user's. */
const HEAP_BASE_MB = 16;
/**
 * What operators hold in the heap needs room around it: user code's own records, garbage that V8 has not freed yet, and what estimates are
 * wrong by. A heap that is more than some two thirds live is cleaned up all the time.
 */
const HEAP_FOR_HELD = 1.6;
/** V8's own default of 192 MB would let a small executor's young generation outgrow its whole limit. */
const YOUNG_MB = 48;
const YOUNG_SHARE = 1 / 6;
const SMALLEST_OLD_MB = 32;
const SMALLEST_EXECUTION_MB = 8;
/** Where no limit is given, the machine's memory is one: beyond it the kernel kills the driver without a word. */
const SHARE_OF_MACHINE = 0.85;
/** More would not make a task faster, and V8's pauses longer. */
const LARGEST_EXECUTION_BYTES = 1024 * MB;
/** Spark's `maxSizeInFlight`. */
const LARGEST_READ_AHEAD_BYTES = 48 * MB;

export interface MemoryPlan {
  /** Resident memory above which running attempts are stopped. */
  readonly limitBytes: number;
  /** Bounds of each worker's JavaScript heap; null leaves V8's default. */
  readonly resourceLimits: ResourceLimits | null;
  /** What a task plans with; each worker runs one at a time. */
  readonly task: TaskMemory;
  /** Encoded bytes of broadcasts that the process keeps. */
  readonly broadcastBytes: number;
}

/**
 * Divides an executor's memory: heaps and Buffers fill it together, and the watch over resident memory has the last word.
 * What a task holds may lie in the heap or in Buffers outside of it, so there is room for it in both.
 * `--max-old-space-size` must not be given: V8 lets it override `resourceLimits`.
 * ```
 *   process │ thread │ heap: base, held × 1.6, young │ Buffers: held │ thread │ …
 * ```
 */
export function planMemory(memoryMb: number, threads: number): MemoryPlan & { readonly resourceLimits: ResourceLimits } {
  const perThreadMb = (memoryMb - PROCESS_MB - threads * THREAD_MB) / threads;
  const youngMb = Math.ceil(Math.min(YOUNG_MB, Math.max(SMALLEST_OLD_MB, perThreadMb) * YOUNG_SHARE));
  const executionMb = Math.max(SMALLEST_EXECUTION_MB, (perThreadMb - HEAP_BASE_MB - youngMb) / (HEAP_FOR_HELD + 1));
  const oldMb = Math.max(SMALLEST_OLD_MB, Math.floor(HEAP_BASE_MB + executionMb * HEAP_FOR_HELD));
  return {
    limitBytes: memoryMb * MB,
    resourceLimits: { maxOldGenerationSizeMb: oldMb, maxYoungGenerationSizeMb: youngMb },
    ...withBroadcasts(taskMemory(executionMb * MB, { heapLimitBytes: oldMb * MB, residentLimitBytes: memoryMb * MB }), threads),
  };
}

/** Workers inside the driver's own process share its memory: only the machine limits them, and each heap V8's default. */
export function machineMemory(threads: number): MemoryPlan {
  const constrained = process.constrainedMemory();
  const machine = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const limitBytes = Math.floor(machine * SHARE_OF_MACHINE);
  const heapLimitBytes = getHeapStatistics().heap_size_limit;
  const executionBytes = Math.min(heapLimitBytes / HEAP_FOR_HELD, limitBytes / threads / (HEAP_FOR_HELD + 1));
  return {
    limitBytes,
    resourceLimits: null,
    ...withBroadcasts(taskMemory(executionBytes, { heapLimitBytes, residentLimitBytes: limitBytes }), threads),
  };
}

/** Each thread may keep half of what a task plans with; the process, encoded, as much as all threads together. */
export function threadBroadcastBytes({ executionBytes }: TaskMemory): number {
  return Math.floor(executionBytes / 2);
}

function withBroadcasts(task: TaskMemory, threads: number): Pick<MemoryPlan, 'task' | 'broadcastBytes'> {
  return { task, broadcastBytes: threadBroadcastBytes(task) * threads };
}

/** What a task may plan with where its thread keeps so many bytes of broadcasts: they are in its heap, or beside it. */
export function besideBroadcasts(task: TaskMemory, heldBytes: number): TaskMemory {
  if (heldBytes === 0) return task;
  const executionBytes = Math.max(Math.floor(task.executionBytes / 4), task.executionBytes - heldBytes);
  return { ...task, executionBytes, groupBytes: Math.min(task.groupBytes, executionBytes) };
}

function taskMemory(bytes: number, limits: Pick<TaskMemory, 'heapLimitBytes' | 'residentLimitBytes'>): TaskMemory {
  const executionBytes = Math.floor(Math.min(LARGEST_EXECUTION_BYTES, bytes));
  // Others of the task hold little while a group is put together, so it may take what all of them have.
  return {
    executionBytes,
    groupBytes: executionBytes,
    readAheadBytes: Math.min(LARGEST_READ_AHEAD_BYTES, Math.floor(executionBytes / 8)),
    ...limits,
  };
}
