import type { TaskOutput } from '../../types/task.ts';

/**
 * Buffers that may move to the supervisor instead of being copied: only a block that has its buffer for itself.
 * Small Buffers share Node's pool, which cannot be transferred and must not be.
 */
export function transferablesOf(output: TaskOutput): ArrayBuffer[] {
  if (output.kind !== 'inline') return [];
  const { buffer, byteLength } = output.block;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
