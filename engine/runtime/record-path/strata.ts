import type { NarrowOp } from '../../plan/stage-plan.ts';
import { createKeyTable, NO_PLACE, pairsOf } from '../../records/key-table.ts';
import type { TaskContext } from '../task-context.ts';
import { fractionsByKey } from './fractions-by-key.ts';
import { pairOf } from './pairs.ts';
import type { Batch } from './record-stream.ts';
import { binomialNumber, hypergeometricNumber } from './urn-numbers.ts';

/** One key of one partition: its fraction and how many pairs it has there. */
type Stratum = readonly [key: unknown, fraction: number, count: number];

/** How many of the `count` pairs of a key are drawn in the partition that gave the stratum this number. */
export type Quota = readonly [uniqueId: number, key: unknown, take: number, count: number];

interface Counted {
  readonly fraction: number;
  count: number;
}

type Feed = (write: (record: unknown) => void) => Promise<void>;

/** The partition's pairs counted by key. */
export async function countStrata(
  { fractions }: Extract<NarrowOp, { kind: 'countStrata' }>,
  task: TaskContext,
  feed: Feed,
): Promise<Batch> {
  const fractionOf = fractionsByKey('sampleByKeyExact', fractions, task);
  const table = createKeyTable();
  await feed((record) => {
    const [key] = pairOf(record, { operation: 'sampleByKeyExact', site: null }, task.place);
    const place = table.find(key);
    if (place === NO_PLACE) table.insert(key, { fraction: fractionOf(key), count: 1 });
    else (table.values[place] as Counted).count += 1;
  });
  return pairsOf<unknown, Counted>(table).map(([key, { fraction, count }]): Stratum => [key, fraction, count]);
}

/**
 * Numbered strata of all partitions → quotas: `ceil(fraction · count)` draws a key, dealt out to its partitions as if all its pairs lay in one urn.
 *
 * ```
 *  'a': 3 + 5 + 2 pairs, fraction 0.5 ─▶ 5 draws ─▶ 1 of 3, 3 of 5, 1 of 2
 * ```
 */
export async function splitStrata(
  { withReplacement, seed }: Extract<NarrowOp, { kind: 'splitStrata' }>,
  task: TaskContext,
  feed: Feed,
): Promise<Batch> {
  const numbered: (readonly [Stratum, number])[] = [];
  await feed((record) => numbered.push(record as readonly [Stratum, number]));
  // By number, whatever order they came in: random numbers are dealt out along it.
  numbered.sort((a, b) => a[1] - b[1]);
  const byKey = createKeyTable();
  for (const item of numbered) {
    const place = byKey.find(item[0][0]);
    if (place === NO_PLACE) byKey.insert(item[0][0], [item]);
    else (byKey.values[place] as (typeof item)[]).push(item);
  }
  const random = task.deps.random.seeded(`${seed}/split`);
  const quotas: Quota[] = [];
  for (const parts of byKey.values) quotas.push(...quotasOf(parts as typeof numbered, withReplacement, random));
  return quotas;
}

function* quotasOf(parts: readonly (readonly [Stratum, number])[], withReplacement: boolean, random: () => number): Generator<Quota> {
  let total = parts.reduce((sum, [[, , count]]) => sum + count, 0);
  const fraction = (parts[0] as readonly [Stratum, number])[0][1];
  let draws = Math.ceil(fraction * total);
  for (const [[key, , count], uniqueId] of parts) {
    const take = withReplacement
      ? binomialNumber(draws, count / total, random())
      : hypergeometricNumber({ draws, marked: count, total }, random());
    draws -= take;
    total -= count;
    if (take > 0) yield [uniqueId, key, take, count];
  }
}
