import type { TaskFailure, WireError } from '../../engine/types/failure.ts';

/** Mistakes in code: trying again gives the same. A flaky call throws something else. */
const MISTAKES = new Set(['TypeError', 'ReferenceError', 'SyntaxError', 'RangeError', 'UserError']);

/** `at fn (file:///job.ts:3:14)` or `at /job.ts:3:14`: the location, not a native or a Node one. */
const LOCATED_FRAME = /^\s*at (?:.*\()?((?!node:|native|<anonymous>)[^()]+:\d+:\d+)\)?$/;

/**
 * Names a mistake by its kind and the place in the user's code where it happened; null for failures that may pass when tried again.
 * The message is left out: it may hold the record.
 */
export function mistakeOf(failure: TaskFailure): string | null {
  const error = thrownByUser(failure.error);
  const known = MISTAKES.has(error.name) || (error.name === 'LevinError' && failure.fault === 'user');
  if (!known || (failure.kind !== 'user-error' && failure.kind !== 'error')) return null;
  return `${error.code ?? error.name} at ${placeOf(error)}`;
}

/** What the user's function threw, where levin wrapped it to say in which operation. */
function thrownByUser(error: WireError): WireError {
  return error.code === 'USER_ERROR' && error.cause !== null ? error.cause : error;
}

/** The first frame in the user's own files; else the first with a location; else the message, for want of a place. */
function placeOf(error: WireError): string {
  const frames = (error.stack ?? '').split('\n').flatMap((line) => LOCATED_FRAME.exec(line)?.[1] ?? []);
  return frames.find((frame) => !frame.includes('/node_modules/')) ?? frames[0] ?? error.message;
}
