import { type LifeOutput, readDriverOutput } from '../submission/driver-output.ts';
import { awaitEnd } from '../submission/submission-result.ts';
import { parseCommandArguments } from './command-arguments.ts';
import { withSubmitted } from './submitted-state.ts';

/** `levin logs ID [--follow]`: what the drivers of a submitted application printed, each stream to its own. */
export async function logs(argv: readonly string[]): Promise<void> {
  const given = parseCommandArguments('logs', argv, { '--follow': false, '--on': true });
  await withSubmitted('logs', given, async ({ appId }, state) => {
    if (given.options['--follow'] === 'true') return await awaitEnd(appId, state, print);
    for (const life of await readDriverOutput(state.objects, appId)) print(life);
  });
}

function print({ printed }: LifeOutput): void {
  for (const { stream, text } of printed) if (stream !== 'end') process[stream].write(text);
}
