import { readRecord } from '../application/app-record.ts';
import { type AppState, appStateOf } from '../application/app-state.ts';
import { formatDuration } from '../console/human-units.ts';
import { awaitEnd, type SubmissionResult, submissionResult } from '../submission/submission-result.ts';
import { parseCommandArguments } from './command-arguments.ts';
import { withSubmitted } from './submitted-state.ts';

/** Exit codes: what `levin run` would have ended with, and one for those that are not over. */
const NOT_OVER = 2;

/** `levin result ID [--wait] [--json]`: what the job printed to stdout, and to stderr what became of it. */
export async function result(argv: readonly string[]): Promise<void> {
  const given = parseCommandArguments('result', argv, { '--wait': false, '--json': false, '--on': true });
  await withSubmitted('result', given, async (first, state) => {
    const { appId } = first;
    if (given.options['--wait'] === 'true') await awaitEnd(appId, state);
    const record = (await readRecord(state.metadata, appId)) ?? first;
    const appState = await appStateOf(record, state);
    const found = await submissionResult(record, state);
    process.exitCode = exitCodeOf(appState);
    if (given.options['--json'] === 'true') return void process.stdout.write(jsonText(found, appState));
    process.stdout.write(found.stdout);
    process.stderr.write(lineOf(found, appState));
  });
}

function exitCodeOf(state: AppState): number {
  if (state === 'running' || state === 'submitted') return NOT_OVER;
  return state === 'finished' ? 0 : 1;
}

function lineOf({ record, cost }: SubmissionResult, state: AppState): string {
  const { appId, name, endedAtMs, startedAtMs, outcome, message } = record;
  const time = endedAtMs === null ? '' : ` after ${formatDuration(endedAtMs - startedAtMs)}`;
  const price = cost === null ? '' : `, about ${dollars(cost)}`;
  const why = message === null ? '' : `: ${message}`;
  return `${name} (${appId}) ${outcome ?? state}${time}${price}${why}\n`;
}

function jsonText({ record, cost, stdout }: SubmissionResult, state: AppState): string {
  const { appId, name, outcome, message, startedAtMs, endedAtMs } = record;
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const fields = {
    id: appId,
    name,
    state,
    outcome,
    message,
    startedAt: time(startedAtMs),
    endedAt: time(endedAtMs),
    costDollars: cost,
    stdout,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** Two digits that say something. */
function dollars(cost: number): string {
  const digits = cost >= 0.1 || cost === 0 ? 2 : 1 - Math.floor(Math.log10(cost));
  return `$${cost.toFixed(digits)}`;
}
