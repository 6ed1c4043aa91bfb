import type { CapturedAccumulator } from '../types/accumulator.ts';
import type { CallSite } from '../types/call-site.ts';

/** A broadcast that a function captures: executors read its value under its hash, once for all functions that capture it. */
export interface CapturedBroadcast {
  /** SHA-256 of the encoded value, hex. */
  readonly hash: string;
  readonly byteLength: number;
  /** Ids of the user modules whose classes the value needs. */
  readonly modules: readonly string[];
  /** The encoded value, in pieces. Fails with `BROADCAST_CHANGED` when it has to be encoded once more and is not what it was. */
  encoded(): readonly Uint8Array[];
  /** It is stored: the pieces need not be kept. */
  stored(): void;
  /** Fails with `BROADCAST_DESTROYED`. */
  checkAlive(): void;
}

/** A user function as it travels: encoded at the call that took it, never again. */
export interface ShippedClosure {
  /** Header and node table; names registered factories, holds no code. */
  readonly bytes: Uint8Array;
  /** Lineage fingerprint, hex: what the function computes, not where it stands. */
  readonly fingerprint: string;
  /** Ids of the user modules an executor must have loaded. */
  readonly modules: readonly string[];
  /** `rdd.map`, for messages. */
  readonly operation: string;
  /** Where the user called the operation. */
  readonly callSite: CallSite | null;
  readonly traits: ClosureTraits;
  /** Those that it captures, each content once; absent: none. */
  readonly broadcasts?: readonly CapturedBroadcast[];
  /** Those that it captures, by ordinal; absent: none. */
  readonly accumulators?: readonly CapturedAccumulator[];
}

/** What the transform saw in the function and in the functions it captures. */
export interface ClosureTraits {
  /** Uses Math.random, Date, fetch, process or file APIs: a re-run may differ. */
  readonly indeterminate: boolean;
  /** It is an `async` function or async generator. */
  readonly async: boolean;
  /** Which of the indeterminate names are used, for messages. */
  readonly uses: readonly string[];
}
