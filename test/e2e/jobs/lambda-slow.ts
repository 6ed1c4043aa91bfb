// One action after the other, each of two tasks that take as many seconds as the argument says.
import type { Context } from 'levin';

export default async (lv: Context, [seconds = '0', actions = '1']: readonly string[]): Promise<void> => {
  const takesMs = Number(seconds) * 1000;
  const sums: number[] = [];
  for (let action = 0; action < Number(actions); action++) {
    const waited = lv.range(2, { numSlices: 2 }).map(async (x) => {
      await new Promise((resolve) => setTimeout(resolve, takesMs));
      return x + action;
    });
    sums.push(await waited.reduce((a, b) => a + b));
  }
  console.log(JSON.stringify(sums));
};
