// Many small tasks, one of which kills the environment that it runs in, once: the argument is a file that says that it has.
import type { Context } from 'levin';

export default async (lv: Context, [marker = '']: readonly string[]): Promise<void> => {
  const numbers = await lv
    .range(200, { numSlices: 200 })
    .map((x) => {
      if (x !== 150) return x;
      // A fault, not an effect of the function: those ride alone, for they must not be had twice at once.
      const own = Reflect.get(globalThis, 'process') as NodeJS.Process;
      const { existsSync, writeFileSync } = own.getBuiltinModule('node:fs');
      if (!existsSync(marker)) {
        writeFileSync(marker, '');
        own.kill(own.pid, 'SIGKILL');
      }
      return x;
    })
    .collect();
  console.log(JSON.stringify(numbers));
};
