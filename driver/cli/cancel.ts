import { unknownApp } from '../application/app-errors.ts';
import { type AppRecord, readRecord } from '../application/app-record.ts';
import type { AppState } from '../application/app-state.ts';
import { cancelApplication, whatIsKept } from '../application/cancel-application.ts';
import { parseCommandArguments, usageError } from './command-arguments.ts';
import { noState, STATE_OPTIONS, withState } from './open-state.ts';
import { placeText } from './state-place.ts';

/** `levin cancel ID`: asks the driver of an application to stop, and waits until it has. */
export async function cancel(argv: readonly string[]): Promise<void> {
  const { words, options } = parseCommandArguments('cancel', argv, STATE_OPTIONS);
  const [appId, ...more] = words;
  if (appId === undefined || more.length > 0)
    throw usageError('cancel', 'expected the ID of one application; levin apps lists those there are.');
  await withState(options, async (state) => {
    if (state === null) throw noState(appId);
    const record = await readRecord(state.metadata, appId);
    if (record === null) throw await unknownApp(state.metadata, appId, placeText(state.place));
    const ended = await cancelApplication(record, state);
    process.stdout.write(`${endText(record, ended)}\n`);
  });
}

function endText(record: AppRecord, ended: AppState): string {
  const { appId } = record;
  if (ended === 'cancelled') return `Application ${appId} was cancelled. ${whatIsKept(record)}`;
  if (ended === 'finished') return `Application ${appId} succeeded before it could be cancelled.`;
  return `The driver of application ${appId} ended by itself (${ended}). ${whatIsKept(record)}`;
}
