import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';
import type { TaskMemory } from '../../types/task-memory.ts';

const MB = 1024 * 1024;
/** Resident size of an executor process without any worker: Node itself and the supervisor. */
const PROCESS_MB = 72;
/** Of each worker thread, beside what is in its heap: its isolate, the engine's code. */
const THREAD_MB = 16;
/**
 * Of what is left for a task: its operators and its shuffle writer may hold so much, in the heap or in Buffers outside of it. The heap is
 * bounded to the rest. So both fit when all is in Buffers and the heap is full of garbage that V8 has not freed yet, and when all is in the
 * heap somewhat less than its other half is left for user code, garbage, and what estimates are wrong by.
 */
const EXECUTION_SHARE = 0.35;
/** V8's own default of 192 MB would let a small executor's young generation outgrow its whole limit. */
const YOUNG_MB = 48;
const SMALLEST_HEAP_MB = 32;
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
}

/**
 * Divides an executor's memory: heaps and Buffers fill it together, and the watch over resident memory has the last word.
 * `--max-old-space-size` must not be given: V8 lets it override `resourceLimits`.
 * ```
 *   process │ thread │ heap: user code, garbage, or what is held │ Buffers: what is held │ thread │ …
 * ```
 */
export function planMemory(memoryMb: number, threads: number): MemoryPlan & { readonly resourceLimits: ResourceLimits } {
  const perTaskMb = Math.max(SMALLEST_HEAP_MB / (1 - EXECUTION_SHARE), (memoryMb - PROCESS_MB - threads * THREAD_MB) / threads);
  const heapMb = Math.floor(perTaskMb * (1 - EXECUTION_SHARE));
  const youngMb = Math.min(YOUNG_MB, Math.ceil(heapMb / 4));
  return {
    limitBytes: memoryMb * MB,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(SMALLEST_HEAP_MB, heapMb - youngMb), maxYoungGenerationSizeMb: youngMb },
    task: taskMemory(perTaskMb * MB, memoryMb * MB),
  };
}

/** Workers inside the driver's own process share its memory: only the machine limits them, and each heap V8's default. */
export function machineMemory(threads: number): MemoryPlan {
  const constrained = process.constrainedMemory();
  const machine = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const limitBytes = Math.floor(machine * SHARE_OF_MACHINE);
  return {
    limitBytes,
    resourceLimits: null,
    task: taskMemory(Math.min(getHeapStatistics().heap_size_limit, limitBytes / threads), limitBytes),
  };
}

function taskMemory(perTaskBytes: number, residentLimitBytes: number): TaskMemory {
  const executionBytes = Math.floor(Math.min(LARGEST_EXECUTION_BYTES, perTaskBytes * EXECUTION_SHARE));
  return { executionBytes, readAheadBytes: Math.min(LARGEST_READ_AHEAD_BYTES, Math.floor(executionBytes / 8)), residentLimitBytes };
}
