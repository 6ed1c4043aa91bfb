import { totalmem } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';

const MB = 1024 * 1024;
/** Resident size of an executor process before any user code: Node itself and the supervisor. */
const PROCESS_MB = 64;
/** Of each worker thread: its isolate, the engine's code. */
const THREAD_MB = 16;
/** V8's own default of 192 MB would let a small executor's young generation outgrow its whole limit. */
const YOUNG_MB = 48;
const SMALLEST_HEAP_MB = 32;
/** Where no limit is given, the machine's memory is one: beyond it the kernel kills the driver without a word. */
const SHARE_OF_MACHINE = 0.85;

export interface MemoryPlan {
  /** Resident memory above which running attempts are stopped. */
  readonly limitBytes: number;
  /** Bounds of each worker's JavaScript heap; null leaves V8's default. */
  readonly resourceLimits: ResourceLimits | null;
}

/**
 * Divides an executor's memory. Heaps may fill it together, never exceed it by much: Buffers share it with them, and the
 * watch over resident memory has the last word. `--max-old-space-size` must not be given: V8 lets it override `resourceLimits`.
 */
export function planMemory(memoryMb: number, threads: number): MemoryPlan {
  const forHeaps = memoryMb - PROCESS_MB - threads * THREAD_MB;
  const heapMb = Math.max(SMALLEST_HEAP_MB, Math.floor(forHeaps / threads));
  const youngMb = Math.min(YOUNG_MB, Math.ceil(heapMb / 4));
  return {
    limitBytes: memoryMb * MB,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(SMALLEST_HEAP_MB, heapMb - youngMb), maxYoungGenerationSizeMb: youngMb },
  };
}

/** Workers inside the driver's own process share its memory: only the machine limits them. */
export function machineMemory(): MemoryPlan {
  const constrained = process.constrainedMemory();
  const machine = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { limitBytes: Math.floor(machine * SHARE_OF_MACHINE), resourceLimits: null };
}
