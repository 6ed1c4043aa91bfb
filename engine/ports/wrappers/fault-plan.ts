import { LevinError } from '../../errors/levin-error.ts';

/**
 * What goes wrong at one call.
 * - `error`: the call fails, `before` or `after` its effect. A LevinError of fault `transient` unless another is given.
 * - `hang`: the call never answers, `before` or `after` its effect; only its signal ends it.
 * - `corrupt`: one bit of the bytes that are read or put is flipped.
 * - `truncate`: the last byte of what is read or put is missing.
 */
export type FaultEffect =
  | { readonly kind: 'error'; readonly when: 'before' | 'after'; readonly error?: Error }
  | { readonly kind: 'hang'; readonly when: 'before' | 'after' }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'truncate' };

/** `Call` is a method's name. */
export interface Fault<Call extends string> {
  readonly call: Call;
  /** Counts the calls of this method (about this key): 1 is the first. */
  readonly nth: number;
  /** Only calls about this key (an object key, a sort key, a prefix, or one of a batch). */
  readonly key?: string;
  readonly effect: FaultEffect;
}

export interface FaultPlan<Call extends string> {
  /** The faults of this call; counts it. */
  next(call: Call, keys: readonly string[]): readonly FaultEffect[];
  /** Faults whose call never came: a test that ends with some did not test what it says. */
  pending(): readonly Fault<Call>[];
}

/** Deterministic: which calls fail follows from their order alone. */
export function createFaultPlan<Call extends string>(faults: readonly Fault<Call>[]): FaultPlan<Call> {
  const seen = faults.map(() => 0);
  return {
    next(call, keys) {
      const due: FaultEffect[] = [];
      for (const [i, fault] of faults.entries()) {
        if (fault.call !== call || (fault.key !== undefined && !keys.includes(fault.key))) continue;
        const count = (seen[i] ?? 0) + 1;
        seen[i] = count;
        if (count === fault.nth) due.push(fault.effect);
      }
      return due;
    },
    pending: () => faults.filter((fault, i) => (seen[i] ?? 0) < fault.nth),
  };
}

/** Makes a call with the faults that are due: those before its effect, the effect, those after it. */
export async function callWithFaults<T>(
  effects: readonly FaultEffect[],
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  await strike(effects, 'before', signal);
  const result = await call();
  await strike(effects, 'after', signal);
  return result;
}

/** The bytes as a call with these faults passes them on. */
export function damagedBytes(effects: readonly FaultEffect[], bytes: Uint8Array): Uint8Array {
  let damaged = bytes;
  for (const { kind } of effects) {
    if (kind === 'truncate') damaged = damaged.slice(0, -1);
    if (kind !== 'corrupt' || damaged.length === 0) continue;
    damaged = new Uint8Array(damaged);
    const middle = damaged.length >> 1;
    damaged[middle] = (damaged[middle] ?? 0) ^ 1;
  }
  return damaged;
}

async function strike(effects: readonly FaultEffect[], when: 'before' | 'after', signal: AbortSignal | undefined): Promise<void> {
  for (const effect of effects) {
    signal?.throwIfAborted();
    if (effect.kind === 'hang' && effect.when === when) await hang(signal);
    if (effect.kind === 'error' && effect.when === when) throw effect.error ?? injectedError(when);
  }
}

function hang(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function injectedError(when: 'before' | 'after'): LevinError {
  return new LevinError({ code: 'INJECTED', fault: 'transient', message: `A fault was injected ${when} the effect of this call.` });
}
