/** A function that does what its event says. */
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Doing =
  | { readonly do: 'echo'; readonly value: unknown }
  | { readonly do: 'environment' }
  | { readonly do: 'context' }
  | { readonly do: 'count' }
  | { readonly do: 'throw' }
  | { readonly do: 'wait' }
  | { readonly do: 'loop' }
  | { readonly do: 'fill' }
  | { readonly do: 'child' }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'large'; readonly bytes: number };

let invocations = 0;
const kept: Buffer[] = [];

export async function handler(event: Doing, context: { readonly getRemainingTimeInMillis: () => number }): Promise<unknown> {
  invocations++;
  switch (event.do) {
    case 'echo':
      console.log('echoed');
      return event.value;
    case 'environment':
      writeFileSync(join(tmpdir(), `${invocations}.txt`), '');
      return { names: Object.keys(process.env).sort(), files: readdirSync(tmpdir()), flags: process.execArgv };
    case 'context':
      return { ...context, leftMs: context.getRemainingTimeInMillis() };
    case 'count':
      return invocations;
    case 'throw':
      throw new RangeError('out of the range');
    case 'wait':
      return await new Promise(() => undefined);
    case 'loop':
      for (;;);
    case 'fill':
      for (;;) {
        kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
        await new Promise((resolve) => setImmediate(resolve));
      }
    case 'child':
      return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).pid;
    case 'exit':
      return process.exit(event.code);
    case 'large':
      return 'x'.repeat(event.bytes);
  }
}
