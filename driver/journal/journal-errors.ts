import { LevinError } from '../../engine/errors/levin-error.ts';
import type { CallSite } from '../../engine/types/call-site.ts';

export interface AskedAction {
  readonly name: string;
  readonly fingerprint: string;
  readonly callSite: CallSite | null;
}

export function notDeterministic(appId: string, asked: AskedAction, journaled: AskedAction, ordinal: number): LevinError {
  const same = asked.name === journaled.name ? ', with other functions, captured values or input' : '';
  return new LevinError({
    code: 'DRIVER_NOT_DETERMINISTIC',
    fault: 'user',
    message: `Application ${appId} cannot be resumed: its action ${ordinal} was ${describe(journaled)} when it ran first, and is ${describe(asked)} now${same}. A resumed job must ask for the same actions in the same order: ${REMEDY}`,
    details: { appId, ordinal, asked: { ...asked }, journaled: { ...journaled } },
  });
}

/** Something of the driver's own code that the journal answers: `step "load"`, `lv.now()`. */
export interface AskedCall {
  readonly what: string;
  readonly callSite: CallSite | null;
}

export function notInJournal(appId: string, asked: AskedCall, journaled: AskedCall): LevinError {
  return new LevinError({
    code: 'DRIVER_NOT_DETERMINISTIC',
    fault: 'user',
    message: `Application ${appId} cannot be resumed: it comes to ${placed(asked.what, asked.callSite)} now, where it came to ${placed(journaled.what, journaled.callSite)} when it ran first. A resumed job must take the same way: ${REMEDY}`,
    details: { appId, asked: { ...asked }, journaled: { ...journaled } },
  });
}

const REMEDY =
  'take the time, random numbers and whatever comes from outside by lv.now(), lv.random() and lv.step(), keep unordered work out of what decides, do not change the job file, or start a new application (without --app).';

export function journalConflict(appId: string, seq: number, current: unknown): LevinError {
  return new LevinError({
    code: 'JOURNAL_CONFLICT',
    fault: 'internal',
    message: `Entry ${seq} of the journal of application ${appId} was written by somebody else while this driver holds the lease: ${JSON.stringify(current)}. Two drivers share one epoch.`,
    details: { appId, seq },
  });
}

export function journalCorrupt(appId: string, where: string, what: string): LevinError {
  return new LevinError({
    code: 'JOURNAL_CORRUPT',
    fault: 'internal',
    message: `The journal of application ${appId} cannot be read: ${where} ${what}. Start a new application (without --app).`,
    details: { appId },
  });
}

function describe(action: AskedAction): string {
  return placed(action.name, action.callSite);
}

/** `count at /work/job.ts:3:1`. */
export function placed(what: string, callSite: CallSite | null): string {
  return callSite === null ? what : `${what} at ${callSite.file}:${callSite.line}:${callSite.column}`;
}
