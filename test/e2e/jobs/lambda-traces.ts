// Leaves traces wherever user code can, and tells which it finds. The argument is a name for them.
import type { Context } from 'levin';
import { findTraces, leaveTraces, type Traces } from './lambda-traces-module.ts';

export default async (lv: Context, [name = '']: readonly string[]): Promise<void> => {
  const look = (): Promise<readonly Traces[]> =>
    lv
      .parallelize([name], 1)
      .map((of) => {
        const found = findTraces();
        leaveTraces(of);
        return found;
      })
      .collect();
  // One stage after the other: two attempts in the same application.
  console.log(JSON.stringify([...(await look()), ...(await look())]));
};
