import { closeSync, openSync } from 'node:fs';
import type { TaskOutcome } from '../../../engine/types/task.ts';
import { specOf } from '../executors/specs.ts';
import { openLambdaRunner } from './open-runner.ts';

/** A process that opens files until it may open no more, and then makes an invocation; prints what comes of it, then and with files closed. */
const files: number[] = [];

function openAll(): void {
  try {
    for (;;) files.push(openSync('/dev/null', 'r'));
  } catch {
    // None is left.
  }
}

/** By a runner that has no connection yet. */
async function attempt(): Promise<TaskOutcome> {
  const runner = openLambdaRunner(process.argv[2] ?? '');
  const outcome = await runner.run(specOf({ do: 'value', value: '' }), { signal: new AbortController().signal, onEvent: () => undefined });
  await runner.close();
  return outcome;
}

// What Node itself had open, it may close meanwhile: then there is room once more.
let without: TaskOutcome;
do {
  openAll();
  without = await attempt();
} while (without.kind === 'success');
for (const file of files) closeSync(file);
process.stdout.write(JSON.stringify([without, await attempt()]));
