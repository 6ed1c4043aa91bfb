import { keyText } from './order.ts';
import type { Placement } from './rows.ts';

export interface Group {
  /** The first of equal keys. */
  readonly key: unknown;
  /** Values by input, in the order of the input. */
  readonly values: readonly unknown[][];
}

/** Pairs of several inputs by key, keys in order of first appearance. */
export function groupsOf(inputs: readonly (readonly unknown[])[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [i, input] of inputs.entries()) {
    for (const record of input) {
      const [key, value] = record as readonly [unknown, unknown];
      const text = keyText(key);
      const group = groups.get(text) ?? { key, values: inputs.map(() => []) };
      groups.set(text, group);
      group.values[i]?.push(value);
    }
  }
  return [...groups.values()];
}

/**
 * Spark's default partitioner: the largest there is among the inputs, if it has more than a tenth of the partitions of the largest input;
 * else by hash into as many as the largest input has.
 */
export function defaultPlacement(
  inputs: readonly { readonly n: number | null; readonly placement: Placement | null }[],
  asked: number | null,
): Placement {
  if (asked !== null) return { kind: 'hash', n: asked };
  const most = Math.max(1, ...inputs.map(({ n }) => n ?? Number.NaN));
  if (Number.isNaN(most)) throw new Error('a default number of partitions where those of the input are not known');
  const [largest] = inputs.flatMap(({ placement }) => (placement === null ? [] : [placement])).toSorted((a, b) => b.n - a.n);
  return largest !== undefined && (largest.n * 10 > most || largest.n >= most) ? largest : { kind: 'hash', n: most };
}
