/**
 * How many partitions each extra level of a tree reduction has, widest first; none when the partitions are few.
 *
 * Spark's rule: the scale is `max(ceil(n^(1/depth)), 2)`; while n > scale + ceil(n / scale), n becomes floor(n / scale).
 */
export function treeLevels(numPartitions: number, depth: number): readonly number[] {
  const scale = Math.max(Math.ceil(numPartitions ** (1 / depth)), 2);
  const levels: number[] = [];
  let n = numPartitions;
  while (n > scale + Math.ceil(n / scale)) {
    n = Math.floor(n / scale);
    levels.push(n);
  }
  return levels;
}
