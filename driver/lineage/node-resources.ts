import type { LineageNode } from './lineage-node.ts';

/** What `rdd.withResources` was given, beside the lineage, which never changes: like names it is part of no identity. */
const memory = new WeakMap<LineageNode, number>();

/** null: nothing was asked for. */
export function nodeMemoryMb(node: LineageNode): number | null {
  return memory.get(node) ?? null;
}

export function setNodeMemoryMb(node: LineageNode, memoryMb: number): void {
  memory.set(node, memoryMb);
}
