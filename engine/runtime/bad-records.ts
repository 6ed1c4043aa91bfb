import { LevinError } from '../errors/levin-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { objectKeys } from '../types/keys.ts';
import type { TaskSpec } from '../types/task.ts';
import { showRecord } from './record-path/show-record.ts';
import { isSettled, markSettled } from './record-path/user-error.ts';
import { type OperationRef, operationText } from './user-function.ts';
import { toWireError } from './worker/wire-error.ts';

/** A record above this is kept as the text that messages show. */
const MAX_RECORD_CHARACTERS = 65_536;

/** A line of the dead-letter object. */
export interface DeadLetter {
  readonly operation: string;
  readonly site: string | null;
  readonly stage: number;
  readonly partition: number;
  /** As JSON, where it survives that; else `text` alone tells. */
  readonly record?: unknown;
  readonly text: string;
  readonly error: { readonly name: string; readonly message: string; readonly stack: string | null };
}

/** Records that a function failed on and that are left out. */
export interface BadRecords {
  readonly count: () => number;
  /** Takes one in; throws when it is one too many, or when what was thrown is not about the record. */
  readonly leaveOut: (bad: { readonly record: unknown; readonly thrown: unknown; readonly ref: OperationRef }) => void;
  /** Stores what was taken in as JSON lines, under a key of the attempt. */
  readonly store: (objects: ObjectStore) => Promise<void>;
}

/** null: the first failure fails the attempt. */
export function createBadRecords(spec: TaskSpec, signal: AbortSignal): BadRecords | null {
  const { maxBadRecords, stageNumber, partition } = spec;
  if (maxBadRecords === undefined) return null;
  const letters: string[] = [];
  return {
    count: () => letters.length,
    leaveOut({ record, thrown, ref }) {
      if (signal.aborted || isSettled(thrown)) throw thrown;
      const { name, message, stack } = toWireError(thrown);
      const error = { name, message, stack };
      if (letters.length >= maxBadRecords) throw tooMany({ spec, ref, record, thrown });
      const letter = { operation: ref.operation, site: ref.site, stage: stageNumber, partition, text: showRecord(record), error };
      letters.push(JSON.stringify({ ...letter, ...jsonOf(record) } satisfies DeadLetter));
    },
    async store(objects) {
      if (letters.length === 0) return;
      const key = objectKeys.deadLetters(spec.appId, spec.stageId, spec.partition, spec.attemptId);
      await objects.put(key, new TextEncoder().encode(`${letters.join('\n')}\n`), { signal });
    },
  };
}

function jsonOf(record: unknown): { readonly record?: unknown } {
  try {
    const text = JSON.stringify(record) as string | undefined;
    return text === undefined || text.length > MAX_RECORD_CHARACTERS ? {} : { record };
  } catch {
    return {};
  }
}

function tooMany(bad: {
  readonly spec: TaskSpec;
  readonly ref: OperationRef;
  readonly record: unknown;
  readonly thrown: unknown;
}): unknown {
  const { maxBadRecords = 0, partition, stageNumber } = bad.spec;
  const { name, message } = toWireError(bad.thrown);
  return markSettled(
    new LevinError({
      code: 'TOO_MANY_BAD_RECORDS',
      fault: 'user',
      message: `${operationText(bad.ref)} failed on more records than maxBadRecords lets partition ${partition} of stage ${stageNumber} leave out (${maxBadRecords} more), last on ${showRecord(bad.record)}: ${name}: ${message}. Look at the data, or raise maxBadRecords.`,
      details: { operation: bad.ref.operation, site: bad.ref.site, stage: stageNumber, partition },
      cause: bad.thrown,
    }),
  );
}
