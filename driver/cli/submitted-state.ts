import { LevinError } from '../../engine/errors/levin-error.ts';
import { unknownApp } from '../application/app-errors.ts';
import { type AppRecord, readRecord } from '../application/app-record.ts';
import { usageError } from './command-arguments.ts';
import { type OpenState, withState } from './open-state.ts';
import { placeText, statePlaceOf } from './state-place.ts';

/** Opens the application that a command about submitted ones was given: in the engine that is named, else in the one called main. */
export async function withSubmitted(
  command: string,
  given: { readonly words: readonly string[]; readonly options: Readonly<Record<string, string>> },
  work: (record: AppRecord, state: OpenState) => Promise<void>,
): Promise<void> {
  const { words, options } = given;
  const [appId, ...more] = words;
  if (appId === undefined || more.length > 0) throw usageError(command, 'expected the ID of one application, as levin submit printed it.');
  const place = await statePlaceOf({ on: options['--on'], stateDir: undefined }, 'levin');
  const on = place.kind === 'engine' ? `aws:${place.name}` : 'aws';
  await withState({ '--on': on }, async (state) => {
    if (state === null) return;
    const record = await readRecord(state.metadata, appId);
    if (record === null) throw await unknownApp(state.metadata, appId, placeText(state.place));
    if (record.submitted === undefined) throw notSubmitted(record);
    await work(record, state);
  });
}

function notSubmitted({ appId, master }: AppRecord): LevinError {
  return new LevinError({
    code: 'NOT_SUBMITTED',
    fault: 'user',
    message: `Application ${appId} was not submitted: levin run --on ${master} ran its driver, which printed to its own terminal. levin apps --on ${master} says what became of it.`,
    details: { appId },
  });
}
