import type { CallSite } from '../../engine/types/call-site.ts';

/** An input file as it was listed; every read of it is by If-Match on `etag`. */
export interface ListedFile {
  readonly path: string;
  readonly etag: string;
  readonly size: number;
}

/** What `--app ID` needs to run the job again where it ran. */
export interface AppStart {
  readonly argv: readonly string[];
  /** The job's own arguments. */
  readonly args: readonly string[];
  /** Working folder. */
  readonly cwd: string;
  /** Project root: module ids are relative to it. */
  readonly root: string;
  /** Module id of the job file; null when the program is not a job file. */
  readonly main: string | null;
  /** Configuration as it was resolved. */
  readonly conf: Readonly<Record<string, string | number | boolean | null>>;
  readonly levin: string;
  readonly nodeMajor: number;
}

/** Bytes of an action's answer: in the entry itself, or in an object. */
export type JournaledBytes =
  | { readonly kind: 'inline'; readonly base64: string }
  | { readonly kind: 'object'; readonly key: string; readonly length: number; readonly sha256: string };

/** One attempt as it was launched first: partition, attempt, attempt id; memory of the function, and the invocation where it shares one (see `LeftAttempt`). */
export type LaunchedAttempt = readonly [partition: number, attempt: number, attemptId: string, memoryMb?: number, invocation?: string];

/** An attempt that goes on when the driver that launched it is gone. */
export interface LeftAttempt {
  readonly stageId: string;
  readonly partition: number;
  readonly attemptId: string;
  /** How long it can go on, from the moment on at which the driver wrote this. */
  readonly leftMs: number;
  /** Of its function; absent: it costs nothing. */
  readonly memoryMb?: number;
  /** Attempts of the same one share what it costs; absent: it is alone. */
  readonly invocation?: string;
}

/** A number that `lv.now()` or `lv.random()` gave. */
export type DrawKind = 'now' | 'random';

/** Numbers that one call of the job was given, one after the other. */
export interface Draws {
  readonly of: DrawKind;
  readonly callSite: CallSite | null;
  readonly values: readonly number[];
}

/** One step: `scope` is the path of the step that it runs in, '' outside of any; `occurrence` counts steps of one name in one scope. */
export interface StepKey {
  readonly scope: string;
  readonly name: string;
  readonly occurrence: number;
}

/**
 * What the driver decided and could not derive again.
 * - `listing`: which files an input is, taken once.
 * - `bounds`: range bounds that were sampled, in base64.
 * - `actionStarted`: the n-th action (`ordinal`); `fingerprint` is of what it computes.
 * - `actionFinished`, `actionFailed`: how it ended. A failed one runs again when the driver is resumed.
 * - `launched`: attempts about to be made, so that a successor neither launches nor pays twice.
 * - `handedOver`: the driver launches nothing any more. Of all attempts before, only these may still run.
 * - `calledOff`: the driver ends without success, and has told all attempts before to stop: none runs for longer than `withinMs`.
 * - `stepStarted`, `stepFinished`, `stepFailed`: driver code run by `lv.step`. Only a finished one has a result; a failed one may run again under
 *   the same key.
 * - `draws`: what `lv.now()` and `lv.random()` gave.
 * - `decision`: any other choice, by name.
 */
export type JournalEntry =
  | ({ readonly kind: 'appStarted' } & AppStart)
  | { readonly kind: 'listing'; readonly key: string; readonly files: readonly ListedFile[] }
  | { readonly kind: 'bounds'; readonly stageKey: string; readonly base64: string }
  | {
      readonly kind: 'actionStarted';
      readonly ordinal: number;
      readonly name: string;
      readonly fingerprint: string;
      readonly callSite: CallSite | null;
    }
  | { readonly kind: 'actionFinished'; readonly ordinal: number; readonly result: JournaledBytes }
  | { readonly kind: 'actionFailed'; readonly ordinal: number; readonly message: string }
  | { readonly kind: 'launched'; readonly stageId: string; readonly attempts: readonly LaunchedAttempt[] }
  | { readonly kind: 'handedOver'; readonly attempts: readonly LeftAttempt[] }
  | { readonly kind: 'calledOff'; readonly withinMs: number }
  | ({ readonly kind: 'stepStarted'; readonly callSite: CallSite | null } & StepKey)
  | ({ readonly kind: 'stepFinished'; readonly result: JournaledBytes } & StepKey)
  | ({ readonly kind: 'stepFailed'; readonly message: string } & StepKey)
  | { readonly kind: 'draws'; readonly draws: readonly Draws[] }
  | { readonly kind: 'decision'; readonly name: string; readonly value: JsonValue };

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [field: string]: JsonValue };
