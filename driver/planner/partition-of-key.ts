import { createPartitioner } from '../../shuffle/partitioners.ts';
import type { Placement } from './analyze.ts';

/** The only partition that may hold a key; null where the driver cannot tell: nothing is placed, or by bounds that are sampled later. */
export function partitionOfKey(placement: Placement | null, key: unknown): number | null {
  switch (placement?.kind) {
    case undefined:
    case 'range':
      return null;
    case 'hash':
    case 'custom':
      return partitioner(placement as Exclude<Placement, { kind: 'range' }>)(key);
  }
}

function partitioner(placement: Exclude<Placement, { kind: 'range' }>): (key: unknown) => number {
  const { numPartitions } = placement;
  if (placement.kind === 'hash') return createPartitioner({ kind: 'hash', numPartitions }, { bounds: [], seed: 0 });
  return createPartitioner({ kind: 'custom', numPartitions, fn: 0 }, { bounds: [], seed: 0, partitionOf: placement.local });
}
