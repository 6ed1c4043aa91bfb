// Two tasks that print; the second one's first attempt fails.
import type { Context } from 'levin';
import { failOnce } from './lambda-prints-module.ts';

export default async (lv: Context): Promise<void> => {
  const found = await lv
    .range(2, { numSlices: 2 })
    .map((x) => {
      console.warn('task', x);
      if (x === 1) failOnce();
      return x;
    })
    .collect();
  console.log(JSON.stringify(found));
};
