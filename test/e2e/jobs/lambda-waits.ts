// Four tasks; the second one's first attempt leaves its host's name where the argument says and then waits for ever.
import type { Context } from 'levin';
import { leaveMark } from './lambda-waits-module.ts';

export default async (lv: Context, [mark = '']: readonly string[]): Promise<void> => {
  const found = await lv
    .range(4, { numSlices: 4 })
    .map(async (x) => {
      if (x === 1 && (await leaveMark(mark))) await new Promise(() => undefined);
      return x * 10;
    })
    .collect();
  console.log(JSON.stringify(found));
};
