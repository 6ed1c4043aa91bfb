import { LevinError } from '../../engine/errors/levin-error.ts';
import { decodeConstant } from '../../engine/records/constant.ts';
import { createPartitioner, type Partitioner } from '../../shuffle/partitioners.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { Placement } from './analyze.ts';

/**
 * The partitions `[start, end)` that may hold keys between a pruned node's two; null where any may: nothing is placed, or by hash or a
 * function, which say where one key is, not where its neighbours are.
 */
export function keptPartitions(
  { lower, upper }: Extract<LineageNode, { kind: 'pruned' }>,
  placement: Placement | null,
  bounds: ReadonlyMap<number, readonly unknown[]>,
): { readonly start: number; readonly end: number } | null {
  if (placement === null || (placement.kind !== 'range' && lower !== upper)) return null;
  const partitionOf = partitionerOf(placement, bounds);
  const [one, other] = [lower, upper].map((constant) => partitionOf(decodeConstant(constant))) as [number, number];
  return { start: Math.min(one, other), end: Math.max(one, other) + 1 };
}

function partitionerOf(placement: Placement, bounds: ReadonlyMap<number, readonly unknown[]>): Partitioner {
  const { numPartitions } = placement;
  switch (placement.kind) {
    case 'hash':
      return createPartitioner({ kind: 'hash', numPartitions }, { bounds: [], seed: 0 });
    case 'custom':
      return createPartitioner({ kind: 'custom', numPartitions, fn: 0 }, { bounds: [], seed: 0, partitionOf: placement.local });
    case 'range': {
      const { ascending, nodeId } = placement;
      const known = numPartitions === 1 ? [] : bounds.get(nodeId);
      if (known === undefined) throw noBounds(nodeId);
      return createPartitioner({ kind: 'range', numPartitions, ascending }, { bounds: known, seed: 0 });
    }
  }
}

function noBounds(node: number): LevinError {
  return new LevinError({
    code: 'INTERNAL',
    fault: 'internal',
    message: `Node ${node} is pruned by bounds that were not asked for. Please report this.`,
  });
}
