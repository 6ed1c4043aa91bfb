import { basename } from 'node:path';
import { type LineageNode, parentsOf } from './lineage-node.ts';
import { nodeName } from './node-names.ts';

export interface DebugFacts {
  readonly numPartitions: (node: LineageNode) => number;
  /** Whether the node's input number `i` is moved by a shuffle. */
  readonly moves: (node: LineageNode, i: number) => boolean;
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
  const lines = [`${count} ${describe(root)}`];
  const stack = below(root, bar(count), facts);
  while (stack.length > 0) {
    const { node, prefix, shuffle, last } = stack.pop() as Line;
    if (!shuffle) {
      lines.push(`${prefix}${describe(node)}`);
      stack.push(...below(node, prefix, facts));
      continue;
    }
    const partitions = `(${facts.numPartitions(node)})`;
    const before = prefix.replace(/\|\s+$/, '');
    lines.push(`${before}+-${partitions} ${describe(node)}`);
    stack.push(...below(node, `${before}${last ? '  ' : '| '}${bar(partitions)}`, facts));
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

function describe(node: LineageNode): string {
  const name = nodeName(node);
  const at = node.callSite === null ? '' : ` at ${basename(node.callSite.file)}:${node.callSite.line}`;
  return `${name === null ? '' : `${name} `}${node.operation}[${node.id}]${at} []`;
}
