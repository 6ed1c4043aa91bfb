import type { CallSite } from '../types/call-site.ts';

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
