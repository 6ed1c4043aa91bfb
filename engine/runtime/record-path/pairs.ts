import type { OperationRef } from '../user-function.ts';
import { notAPair, type TaskPlace } from './user-error.ts';

export type Pair = readonly [key: unknown, value: unknown];

/** The record, when it is a pair; an error that shows it otherwise. */
export function pairOf(record: unknown, ref: OperationRef, place: TaskPlace): Pair {
  if (Array.isArray(record) && record.length === 2) return record as unknown as Pair;
  throw notAPair(record, ref, place);
}
