import { basename } from 'node:path';
import { describeLevel, type StorageLevel } from '../../engine/types/storage-level.ts';
import { type LineageNode, parentsOf } from './lineage-node.ts';
import { nodeName } from './node-names.ts';

export interface DebugFacts {
  readonly numPartitions: (node: LineageNode) => number;
  /** Whether the node's input number `i` is moved by a shuffle. */
  readonly moves: (node: LineageNode, i: number) => boolean;
  /** null: it is not persisted. */
  readonly stored: (node: LineageNode) => StoredFacts | null;
}

/** What is kept of a persisted RDD. */
export interface StoredFacts {
  readonly level: StorageLevel;
  readonly partitions: readonly number[];
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

interface Line {
  readonly node: LineageNode;
  /** What stands before the line. */
  readonly prefix: string;
  /** Opens a block of its own: what a shuffle reads. */
  readonly shuffle: boolean;
  readonly last: boolean;
}

/**
 * The lineage as a tree of text, in Spark's layout: a narrow parent below a bar, each shuffle in a block of its own.
 * ```
 * (2) reduceByKey[2] at job.ts:5 []
 *  +-(3) map[1] at job.ts:4 []
 *     |  parallelize[0] at job.ts:3 []
 * ```
 * An explicit stack: a lineage may be 50,000 deep.
 */
export function debugString(root: LineageNode, facts: DebugFacts): string {
  const count = `(${facts.numPartitions(root)})`;
  const lines = [`${count} ${describe(root, facts)}`, ...kept(root, bar(count), facts)];
  const stack = below(root, bar(count), facts);
  while (stack.length > 0) {
    const { node, prefix, shuffle, last } = stack.pop() as Line;
    if (!shuffle) {
      lines.push(`${prefix}${describe(node, facts)}`, ...kept(node, prefix, facts));
      stack.push(...below(node, prefix, facts));
      continue;
    }
    const partitions = `(${facts.numPartitions(node)})`;
    const before = prefix.replace(/\|\s+$/, '');
    const inside = `${before}${last ? '  ' : '| '}${bar(partitions)}`;
    lines.push(`${before}+-${partitions} ${describe(node, facts)}`, ...kept(node, inside, facts));
    stack.push(...below(node, inside, facts));
  }
  return lines.join('\n');
}

/** Lines of the parents, the first on top of the stack. */
function below(node: LineageNode, prefix: string, facts: DebugFacts): Line[] {
  const parents = parentsOf(node);
  return parents.map((parent, i) => ({ node: parent, prefix, shuffle: facts.moves(node, i), last: i === parents.length - 1 })).reverse();
}

function bar(count: string): string {
  const left = Math.floor((count.length - 1) / 2);
  return `${' '.repeat(left)}|${' '.repeat(count.length - left)}`;
}

/** The line under a persisted RDD of which something is kept. */
function kept(node: LineageNode, prefix: string, facts: DebugFacts): string[] {
  const stored = facts.stored(node);
  if (stored === null || stored.partitions.length === 0) return [];
  const { partitions, memoryBytes, diskBytes } = stored;
  return [`${prefix}    CachedPartitions: ${partitions.length}; MemorySize: ${bytesText(memoryBytes)}; DiskSize: ${bytesText(diskBytes)}`];
}

/** Spark's: `1.2 MB`, and `0.0 B`. */
function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  // As Spark: a unit is used from twice its size on.
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes / 2) / 10)));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

function describe(node: LineageNode, facts: DebugFacts): string {
  const name = nodeName(node);
  const at = node.callSite === null ? '' : ` at ${basename(node.callSite.file)}:${node.callSite.line}`;
  return `${name === null ? '' : `${name} `}${node.operation}[${node.id}]${at} [${levelOf(facts.stored(node))}]`;
}

function levelOf(stored: StoredFacts | null): string {
  return stored === null ? '' : describeLevel(stored.level);
}
