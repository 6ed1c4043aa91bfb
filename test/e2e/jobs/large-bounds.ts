// A sort whose keys are so large that the bounds between its partitions do not fit an invocation.
import type { Context } from 'levin';

const KEY_CHARACTERS = 3_000_000;

export default async (lv: Context): Promise<void> => {
  const order = await lv
    .parallelize([5, 2, 7, 0, 3, 6, 1, 4], 2)
    .sortBy((n) => String(n).padEnd(KEY_CHARACTERS, '.'), { numPartitions: 4 })
    .collect();
  console.log(JSON.stringify(order));
};
