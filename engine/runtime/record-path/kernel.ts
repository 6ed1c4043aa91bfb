import type { BadRecords } from '../bad-records.ts';
import type { OperationRef, UserFunction } from '../user-function.ts';
import { generatedFunction } from './generated-function.ts';
import { type BaseKind, type KernelShape, kernelSource, type TerminalKind } from './kernel-source.ts';
import { endingAtFailure, iteratorOf, type OpenIterator } from './open-iterator.ts';
import type { Step } from './step.ts';
import { describeUserError, notAPair, notIterable, promiseNotAllowed, type TaskPlace } from './user-error.ts';

/** What a fused loop reads and writes besides its records: the loop's variables while it does not run. */
export interface KernelState {
  readonly place: TaskPlace;
  /** `range`: record i is start + i * step. */
  start: number;
  step: number;
  /** Index of the next record when the loop has returned. */
  i: number;
  /** `push`, `stop`: records so far and the limit. */
  out: unknown[];
  lim: number;
  /** `count`: records so far; `reduce`: the same and their reduction. */
  n: number;
  acc: unknown;
  /** `call`: takes each record. */
  w: (record: unknown) => void;
  /** Takes in a record that a function failed on, so that it is left out; null: the failure ends the loop. */
  readonly leaveOut: BadRecords['leaveOut'] | null;
  /** Step at which the slow loop goes on (-1: with the next record), with its value and result. */
  k: number;
  v: unknown;
  r: unknown;
  /** Asynchronous iterators that were left early and are ending: never unhandled, rejected with the user's error. */
  readonly closing: Promise<unknown>[];
}

export interface Kernel {
  /** Gives an `END`. */
  readonly fast: (state: KernelState, batch: readonly unknown[] | null, i: number, to: number) => number;
  /** Yields promises (resume with the value, or throw the reason) and `END.full` (resume when there is room); returns an `END`. */
  readonly slow: (state: KernelState, batch: readonly unknown[] | null, i: number, to: number) => Generator<unknown, number, unknown>;
}

/** `reduce` has the function of its terminal. */
export type Terminal =
  | { readonly kind: Exclude<TerminalKind, 'reduce'> }
  | { readonly kind: 'reduce'; readonly fn: number; readonly ref: OperationRef };

export interface KernelRequest {
  readonly base: BaseKind;
  readonly steps: readonly Step[];
  readonly terminal: Terminal;
  /** Records that functions fail on are left out: `leaveOut` of the state is there. */
  readonly skips?: boolean;
}

/** Loops by the closures that they call: those of a stage stay warm from task to task, and go when the stage's closures go. */
const cache = new WeakMap<readonly UserFunction[], Map<string, Kernel>>();

/** The loop for a chain of steps. The same chain over the same closures gives the same loop. */
export function kernelFor(closures: readonly UserFunction[], request: KernelRequest): Kernel {
  let kernels = cache.get(closures);
  if (kernels === undefined) {
    kernels = new Map();
    cache.set(closures, kernels);
  }
  const key = keyOf(request);
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    kernel = compile(closures, request);
    kernels.set(key, kernel);
  }
  return kernel;
}

function keyOf({ base, steps, terminal, skips = false }: KernelRequest): string {
  const names = steps.map((step) => ('fn' in step ? `${step.kind}${step.fn}` : step.kind === 'cross' ? `cross-${step.outer}` : step.kind));
  return `${skips ? 'skipping ' : ''}${base} ${names.join(' ')} ${terminal.kind === 'reduce' ? `reduce${terminal.fn}` : terminal.kind}`;
}

export function kernelState(place: TaskPlace, init: Partial<KernelState>): KernelState {
  const drop = (): void => {};
  return {
    place,
    start: 0,
    step: 1,
    i: 0,
    out: [],
    lim: 0,
    n: 0,
    acc: undefined,
    w: drop,
    k: -1,
    v: undefined,
    r: undefined,
    closing: [],
    leaveOut: null,
    ...init,
  };
}

function compile(closures: readonly UserFunction[], { base, steps, terminal, skips = false }: KernelRequest): Kernel {
  const shape: KernelShape = { base, steps, terminal: terminal.kind, skips };
  const refs: OperationRef[] = steps.map((step) => step.ref);
  const functions = steps.map((step) => ('fn' in step ? closures[step.fn] : undefined));
  if (terminal.kind === 'reduce') {
    refs.push(terminal.ref);
    functions.push(closures[terminal.fn]);
  }
  const source = kernelSource(shape);
  const kit = failureKit(refs);
  let slow: Kernel['slow'] | undefined;
  return {
    fast: build(source.fast, functions, kit) as Kernel['fast'],
    slow: (state, batch, i, to) => {
      slow ??= build(source.slow, functions, kit) as Kernel['slow'];
      return slow(state, batch, i, to);
    },
  };
}

function build(source: string, functions: readonly (UserFunction | undefined)[], kit: FailureKit): unknown {
  return generatedFunction(['F', 'K'], source, 'stage')(functions, kit);
}

/** What a loop calls when something is wrong. `s` is the step. */
interface FailureKit {
  fail(state: KernelState, thrown: unknown, s: number): unknown;
  notPair(state: KernelState, record: unknown, s: number): never;
  promise(state: KernelState, s: number, promise: Promise<unknown>): never;
  badResult(state: KernelState, result: unknown, s: number): never;
  iterate(state: KernelState, result: unknown, s: number): OpenIterator;
  close(state: KernelState, iterator: OpenIterator, s: number, thrown: boolean): void;
  /** What a step of a skipping loop gives for a record that is left out. */
  readonly SKIPPED: object;
  /** Gives `SKIPPED`, or throws. */
  skip(state: KernelState, thrown: unknown, record: { readonly value: unknown; readonly s: number }): object;
  /** The iterator of a generator, ending where that fails: the rest of what the record would have given is left out. */
  guard(state: KernelState, result: unknown, record: { readonly value: unknown; readonly s: number }): unknown;
}

function failureKit(refs: readonly OperationRef[]): FailureKit {
  const ref = (s: number): OperationRef => refs[s] as OperationRef;
  return {
    fail: (state, thrown, s) => (s < 0 ? thrown : describeUserError(thrown, ref(s), state.place)),
    notPair: (state, record, s) => {
      throw notAPair(record, ref(s), state.place);
    },
    promise: (state, s, promise) => {
      handled(promise);
      throw promiseNotAllowed(ref(s), state.place);
    },
    badResult: (_, result, s) => {
      throw new TypeError(
        `the iterator that the function passed to ${ref(s).operation} returned gave ${String(result)} instead of { done, value }`,
      );
    },
    iterate: (state, result, s) => {
      const iterator = iteratorOf(result);
      if (iterator === null) throw notIterable(result, ref(s), state.place);
      return iterator;
    },
    ...skipKit(ref),
    close: (state, iterator, s, thrown) => {
      // As in a for-of loop: the error that ended the loop counts, not the one met while closing.
      const fail = (error: unknown): void => {
        if (!thrown) throw describeUserError(error, ref(s), state.place);
      };
      try {
        const closed = iterator.return?.();
        if (!(closed instanceof Promise)) return;
        const ended = closed.then(() => undefined, fail);
        handled(ended);
        state.closing.push(ended);
      } catch (error) {
        fail(error);
      }
    },
  };
}

function skipKit(ref: (s: number) => OperationRef): Pick<FailureKit, 'SKIPPED' | 'skip' | 'guard'> {
  const SKIPPED = {};
  const skip: FailureKit['skip'] = ({ leaveOut }, thrown, { value, s }) => {
    leaveOut?.({ record: value, thrown, ref: ref(s) });
    return SKIPPED;
  };
  return {
    SKIPPED,
    skip,
    guard: (state, result, record) => endingAtFailure(result, (thrown) => skip(state, thrown, record)),
  };
}

/** The promise was refused with an error of its own: its rejection must not count as unhandled beside that. */
function handled(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
