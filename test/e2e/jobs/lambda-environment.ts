// What a task sees of the environment of its driver.
import type { Context } from 'levin';
import { environmentHere } from './lambda-environment-module.ts';

export default async (lv: Context): Promise<void> => {
  const seen = await lv
    .range(1, { numSlices: 1 })
    .map(() => environmentHere())
    .collect();
  console.log(JSON.stringify(seen));
};
