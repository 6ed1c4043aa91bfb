import type { LineageNode } from './lineage-node.ts';

/** Names are for people only, so they stand beside the nodes, which never change. */
const names = new WeakMap<LineageNode, string>();

export function setNodeName(node: LineageNode, name: string): void {
  names.set(node, name);
}

export function nodeName(node: LineageNode): string | null {
  return names.get(node) ?? null;
}
