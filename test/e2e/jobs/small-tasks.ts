// Many small tasks, one of which kills the environment that it runs in, once: the argument is a file that says that it has.
import { existsSync, writeFileSync } from 'node:fs';
import type { Context } from 'levin';

export default async (lv: Context, [marker = '']: readonly string[]): Promise<void> => {
  const numbers = await lv
    .range(200, { numSlices: 200 })
    .map((x) => {
      if (x === 150 && !existsSync(marker)) {
        writeFileSync(marker, '');
        process.kill(process.pid, 'SIGKILL');
      }
      return x;
    })
    .collect();
  console.log(JSON.stringify(numbers));
};
