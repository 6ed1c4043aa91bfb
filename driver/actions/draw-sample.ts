import { seededNumbers } from '../../engine/ports/seeded-numbers.ts';

export interface SampleRequest {
  readonly withReplacement: boolean;
  readonly n: number;
  readonly seed: number;
}

/** How many of the `n` draws fall into each partition, as if the records lay in one urn. */
export function sampleSizes(counts: readonly number[], { withReplacement, n, seed }: SampleRequest): readonly number[] {
  const random = seededNumbers(`${seed}/sizes`);
  const ends: number[] = [];
  let total = 0;
  for (const count of counts) {
    total += count;
    ends.push(total);
  }
  const sizes = counts.map(() => 0);
  if (!withReplacement && n >= total) return counts;
  const hit = (index: number): void => {
    const partition = partitionOf(index, ends);
    sizes[partition] = (sizes[partition] as number) + 1;
  };
  if (withReplacement) for (let i = 0; i < n; i++) hit(Math.floor(random() * total));
  else for (const index of distinctIndexes(n, total, random)) hit(index);
  return sizes;
}

/** All orders are equally likely (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = seededNumbers(`${seed}/order`);
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/** `n` different numbers below `total`, every set equally likely (Floyd). */
function distinctIndexes(n: number, total: number, random: () => number): Set<number> {
  const chosen = new Set<number>();
  for (let top = total - n; top < total; top++) {
    const index = Math.floor(random() * (top + 1));
    chosen.add(chosen.has(index) ? top : index);
  }
  return chosen;
}

/** The first partition whose records end above the index. */
function partitionOf(index: number, ends: readonly number[]): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] as number) > index) high = middle;
    else low = middle + 1;
  }
  return low;
}
