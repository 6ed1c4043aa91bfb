// One of four tasks keeps as many MB in its heap as the argument says.
import type { Context } from 'levin';

export default async (lv: Context, [mb = '0']: readonly string[]): Promise<void> => {
  const held = Number(mb);
  const found = await lv
    .range(4, { numSlices: 4 })
    .map((x) => {
      const all = x === 2 ? Array.from({ length: held }, () => new Array<number>(131_072).fill(1.5)) : [];
      return all.length === held || x !== 2 ? x : -1;
    })
    .collect();
  console.log(JSON.stringify(found));
};
