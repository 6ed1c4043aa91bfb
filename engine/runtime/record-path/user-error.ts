import { LevinError } from '../../errors/levin-error.ts';
import { type OperationRef, operationText } from '../user-function.ts';
import { showRecord } from './show-record.ts';

/** Where in the job something went wrong. */
export interface TaskPlace {
  readonly stageNumber: number;
  readonly partition: number;
}

/** Errors that say already what they mean: they pass through user code (an iterator it pulls) without being taken for the user's. */
const settled = new WeakSet<object>();

export function markSettled(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) settled.add(error);
  return error;
}

export function isSettled(error: unknown): boolean {
  return typeof error === 'object' && error !== null && settled.has(error);
}

/**
 * What a user function threw or rejected with, as a `USER_ERROR` that names operation, call site and partition.
 * The user's error is the cause, and its frames are the stack: the first line of the trace is the user's file and line.
 */
export function describeUserError(thrown: unknown, ref: OperationRef, place: TaskPlace): unknown {
  if (isSettled(thrown)) return thrown;
  const error = new LevinError({
    code: 'USER_ERROR',
    fault: 'user',
    message: `${operationText(ref)} failed in partition ${place.partition} of stage ${place.stageNumber}: ${textOf(thrown)}`,
    details: { operation: ref.operation, site: ref.site, stage: place.stageNumber, partition: place.partition, error: nameOf(thrown) },
    cause: thrown,
  });
  const frames = framesOf(thrown);
  if (frames !== null) error.stack = `${error.name}: ${error.message}\n${frames}`;
  return markSettled(error);
}

export function notAPair(record: unknown, ref: OperationRef, place: TaskPlace): unknown {
  return recordError('NOT_A_PAIR', {
    message: `${operationText(ref)} needs pairs, but partition ${place.partition} of stage ${place.stageNumber} has ${showRecord(record)}. A pair is an array of two, [key, value]: make them with map or keyBy before.`,
    ref,
    place,
  });
}

export function notIterable(result: unknown, ref: OperationRef, place: TaskPlace): unknown {
  return recordError('NOT_ITERABLE', {
    message: `The function passed to ${operationText(ref)} gave ${showRecord(result)} in partition ${place.partition} of stage ${place.stageNumber}, which is not iterable. Return an array, a string or another iterable; an empty array for no record.`,
    ref,
    place,
  });
}

export function promiseNotAllowed(ref: OperationRef, place: TaskPlace): unknown {
  return recordError('PROMISE_NOT_ALLOWED', {
    message: `The function passed to ${operationText(ref)} gave a promise in partition ${place.partition} of stage ${place.stageNumber}. Only map, flatMap, filter, mapValues, flatMapValues, mapPartitions and foreach may be async: compute the value in a map before.`,
    ref,
    place,
  });
}

/** A promise turned up where the user's synchronous iteration of a partition needs the next record at once. */
export function promiseInIteration(ref: OperationRef, place: TaskPlace): unknown {
  return recordError('PROMISE_IN_ITERATION', {
    message: `${operationText(ref)} reads its records one by one, but an operation before it gave a promise for the next one in partition ${place.partition} of stage ${place.stageNumber}. Make that function async, so that its results are awaited before the partition is read, or read with "for await".`,
    ref,
    place,
  });
}

function recordError(code: string, o: { readonly message: string; readonly ref: OperationRef; readonly place: TaskPlace }): unknown {
  const details = { operation: o.ref.operation, site: o.ref.site, stage: o.place.stageNumber, partition: o.place.partition };
  return markSettled(new LevinError({ code, fault: 'user', message: o.message, details }));
}

function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  return `${showRecord(thrown)} was thrown, which is not an Error`;
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}

/** The lines `    at …` of a stack. */
function framesOf(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || typeof thrown.stack !== 'string') return null;
  const start = thrown.stack.search(/^\s+at /m);
  return start < 0 ? null : thrown.stack.slice(start);
}
