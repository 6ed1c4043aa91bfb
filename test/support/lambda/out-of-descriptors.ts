import { closeSync, openSync } from 'node:fs';
import { specOf } from '../executors/specs.ts';
import { openLambdaRunner } from './open-runner.ts';

/** A process that opens files until it may open no more, and then makes an invocation; prints what comes of it, then and with files closed. */
const runner = openLambdaRunner(process.argv[2] ?? '');
const attempt = (): Promise<unknown> =>
  runner.run(specOf({ do: 'value', value: '' }), { signal: new AbortController().signal, onEvent: () => undefined });
const files: number[] = [];
try {
  for (;;) files.push(openSync('/dev/null', 'r'));
} catch {
  // None is left.
}
const without = await attempt();
for (const file of files) closeSync(file);
process.stdout.write(JSON.stringify([without, await attempt()]));
await runner.close();
