import type { SpillSpace } from '../spill/spill-space.ts';
import type { Kernel, KernelState } from './kernel.ts';
import { END } from './kernel-source.ts';
import { type Batch, bufferOnPrepare, MAX_BATCH, type RecordStream } from './record-stream.ts';

/** What a segment reads: a stream, or the indexes `[from, to)` of a range, which never become an array. */
export type SegmentInput =
  | { readonly kind: 'stream'; readonly stream: RecordStream }
  | { readonly kind: 'range'; readonly from: number; readonly to: number; readonly onRead: (records: number) => void };

export interface SegmentOptions {
  readonly kernel: Kernel;
  readonly state: KernelState;
  readonly input: SegmentInput;
  /** A step's function is known to give promises: the slow loop from the start. */
  readonly async: boolean;
  readonly spill: SpillSpace;
}

/**
 * A chain of steps over its input, run a piece at a time.
 * `advance` runs at most `budget` input records and tells how it stands; a promise must be awaited before the next call.
 */
export interface Segment {
  readonly state: KernelState;
  advance(budget: number): 'more' | 'full' | 'ended' | Promise<void>;
  close(): Promise<void>;
}

type Resumption = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'error'; readonly error: unknown };

const NOTHING: Resumption = { kind: 'value', value: undefined };

export function createSegment({ kernel, state, input, async }: SegmentOptions): Segment {
  let batch: Batch | null = null;
  let [i, end] = input.kind === 'range' ? [input.from, input.to] : [0, 0];
  let asked = 1;
  let slow = async;
  let ended = false;
  let suspended: Generator<unknown, number, unknown> | null = null;
  let resumption = NOTHING;

  const accept = (next: Batch | null): void => {
    batch = next;
    i = 0;
    end = next === null ? 0 : next.length;
    ended ||= next === null;
  };

  /** The input's next records: true when they are there. */
  const refill = (): boolean | Promise<void> => {
    if (input.kind === 'range') {
      ended = true;
      return false;
    }
    const next = input.stream.pull(asked);
    asked = Math.min(asked * 2, MAX_BATCH);
    if (next instanceof Promise) return next.then(accept);
    accept(next);
    return !ended;
  };

  const moveTo = (next: number): void => {
    if (input.kind === 'range') input.onRead(next - i);
    i = next;
  };

  const resume = (): 'more' | 'full' | Promise<void> => {
    const generator = suspended as Generator<unknown, number, unknown>;
    const { value, done } = resumeWith(generator, resumption);
    resumption = NOTHING;
    if (done === true) {
      suspended = null;
      moveTo(state.i);
      ended ||= value === END.stopped;
      return 'more';
    }
    if (value === END.full) return 'full';
    return (value as Promise<unknown>).then(
      (result) => {
        resumption = { kind: 'value', value: result };
      },
      (error: unknown) => {
        resumption = { kind: 'error', error };
      },
    );
  };

  const runFast = (to: number): 'more' | 'full' | 'ended' | Promise<void> => {
    const code = kernel.fast(state, batch, i, to);
    moveTo(state.i);
    switch (code) {
      case END.promise:
        slow = true;
        suspended = kernel.slow(state, batch, i, to);
        return resume();
      case END.full:
        suspended = kernel.slow(state, batch, i, i + 1);
        return 'full';
      case END.fullBetween:
        return 'full';
      case END.stopped:
        ended = true;
        return 'ended';
      default:
        return 'more';
    }
  };

  return {
    state,
    advance(budget) {
      if (suspended !== null) return resume();
      if (ended) return 'ended';
      if (i >= end) {
        const ready = refill();
        if (ready instanceof Promise) return ready;
        if (!ready) return 'ended';
      }
      const to = Math.min(end, i + budget);
      if (!slow) return runFast(to);
      suspended = kernel.slow(state, batch, i, to);
      return resume();
    },
    async close() {
      ended = true;
      const generator = suspended;
      suspended = null;
      generator?.return(END.stopped);
      if (input.kind === 'stream') await input.stream.close();
      await Promise.all(state.closing);
    },
  };
}

function resumeWith(generator: Generator<unknown, number, unknown>, resumption: Resumption): IteratorResult<unknown, number> {
  return resumption.kind === 'value' ? generator.next(resumption.value) : generator.throw(resumption.error);
}

/** Input records that a pull runs without looking up: a pull must come back though a filter drops everything. */
const PULL_BUDGET = 65_536;

/** A segment whose terminal is `push`, as a stream. Records computed before a failure or a promise are given first. */
export function segmentStream(options: SegmentOptions): RecordStream {
  const { input } = options;
  const segment = createSegment(options);
  const { state } = segment;
  let failure: { readonly error: unknown } | null = null;
  let waiting: Promise<void> | null = null;

  /** Runs until there are records to give, or to the end, or to something to await. */
  const run = (): Batch | null | 'wait' => {
    if (failure !== null) throw failure.error;
    try {
      for (;;) {
        const standing = segment.advance(PULL_BUDGET);
        if (standing instanceof Promise) {
          waiting = standing;
          if (state.out.length === 0) return 'wait';
          // Awaited by the next pull; until then a failure is not unhandled.
          standing.catch(() => undefined);
          return state.out;
        }
        if (state.out.length > 0) return state.out;
        if (standing === 'ended') return null;
      }
    } catch (error) {
      if (state.out.length === 0) throw error;
      failure = { error };
      return state.out;
    }
  };
  const runAsync = async (): Promise<Batch | null> => {
    for (;;) {
      await waiting;
      waiting = null;
      const records = run();
      if (records !== 'wait') return records;
    }
  };
  const stream: RecordStream = {
    async prepare() {
      if (input.kind === 'stream') await input.stream.prepare();
    },
    pull(max) {
      state.out = [];
      state.lim = max;
      if (waiting !== null) return runAsync();
      const records = run();
      return records === 'wait' ? runAsync() : records;
    },
    close: () => segment.close(),
  };
  return options.async ? bufferOnPrepare(stream, options.spill) : stream;
}
