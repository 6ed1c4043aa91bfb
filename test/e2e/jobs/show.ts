// Beside the jobs of test/e2e/spark: prints one line for each case.
import { inspect } from 'node:util';

/** Prints the name of a case and what it gives, or how it failed; `compact` as in `inspect`. */
export const showWith =
  (compact: boolean | number) =>
  async (name: string, work: () => unknown): Promise<void> => {
    let text: string;
    try {
      text = inspect(await work(), { depth: 9, breakLength: Number.POSITIVE_INFINITY, compact });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      text = `${code}: ${message}`;
    }
    console.log(JSON.stringify([name, text]));
  };
