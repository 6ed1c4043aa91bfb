/** A driver in a process of its own: `lone-driver.ts <threads|cluster> <idle|busy|exit>`. */
import type { Behaviour } from './behaviours.ts';
import { makeLocalClusterRunner, makeWorkerThreadsRunner } from './runners.ts';
import { specOf } from './specs.ts';

const [, , kind, mode] = process.argv;
const make = kind === 'threads' ? makeWorkerThreadsRunner(null) : makeLocalClusterRunner;
const { runner, executors } = await make(2);

const run = (behaviour: Behaviour, onStarted: () => void): Promise<unknown> =>
  runner.run(specOf(behaviour), {
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (event.kind === 'started') onStarted();
    },
  });

await run({ do: 'value', value: '' }, () => undefined);
if (mode === 'idle') process.stdout.write('idle\n');
else {
  const started = Promise.withResolvers<void>();
  void run({ do: 'loop' }, started.resolve);
  await started.promise;
  process.stdout.write(`${JSON.stringify(executors().map(({ pid }) => pid))}\n`);
  if (mode === 'exit') process.exit(7);
}
