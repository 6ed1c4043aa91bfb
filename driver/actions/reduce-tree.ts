import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import type { Application, LineageSink } from '../application/application.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { treeLevels } from './tree-levels.ts';

export interface TreeRequest {
  readonly operation: string;
  readonly node: LineageNode;
  readonly callSite: CallSite | null;
  readonly depth: number;
  /** A constant into which the records of each partition are folded; null: they are reduced. */
  readonly zero: string | null;
  readonly fold: ShippedClosure;
  /** Merges results of partitions. */
  readonly merge: ShippedClosure;
}

/**
 * The lineage of a tree reduction over so many partitions.
 *
 * ```
 *  8 partitions, depth 3:   ▪▪▪▪▪▪▪▪ ─ fold ─▶ gathered into 4 ─ merge ─▶ collected, merged on the driver
 * ```
 * Neighbours are merged, so that the function need be associative only.
 */
export function reduceTree(
  app: Application,
  tree: TreeRequest,
  numPartitions: number,
): { readonly node: LineageNode; readonly sink: LineageSink } {
  const { operation, callSite, zero, fold, merge } = tree;
  const levels = treeLevels(numPartitions, tree.depth);
  const last = (fn: ShippedClosure, constant: string | null): LineageSink =>
    constant === null ? { kind: 'reduce', fn } : { kind: 'fold', zero: constant, fn };
  let { node } = tree;
  let from = numPartitions;
  levels.forEach((width, level) => {
    const op = { kind: 'foldPartition', fn: level === 0 ? fold : merge, zero: level === 0 ? zero : null } as const;
    const folded = app.node({ kind: 'narrow', parent: node, op, keepsPartitioner: false }, operation, callSite);
    const partitioning = { kind: 'gather', numPartitions: width, from } as const;
    node = app.node(
      { kind: 'shuffled', parent: folded, partitioning, aggregator: null, mapSideCombine: false, sort: null },
      operation,
      callSite,
    );
    from = width;
  });
  return { node, sink: levels.length === 0 ? last(fold, zero) : last(merge, null) };
}
