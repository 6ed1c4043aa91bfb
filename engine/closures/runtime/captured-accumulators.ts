import { LevinError } from '../../errors/levin-error.ts';
import type { CapturedAccumulator } from '../../types/accumulator.ts';
import { DRIVER_ONLY } from './driver-only.ts';

type Captured = Map<number, CapturedAccumulator>;

const KEY: unique symbol = Symbol.for('levin.capturedAccumulators.v1');
/** On globalThis: the job's classes and the driver may be of two copies of levin. */
const slot = globalThis as { [KEY]?: Captured | undefined };

/** Encodes a function with `encode` and tells which accumulators it captures, by ordinal. */
export function capturingAccumulators<R>(encode: () => R): { readonly encoded: R; readonly accumulators: readonly CapturedAccumulator[] } {
  const captured: Captured = new Map();
  const outer = slot[KEY];
  slot[KEY] = captured;
  try {
    const encoded = encode();
    return { encoded, accumulators: [...captured.values()].sort((a, b) => a.ordinal - b.ordinal) };
  } finally {
    slot[KEY] = outer;
  }
}

/** Called when an accumulator is encoded: with anything but a function it must not travel. */
export function captureAccumulator(captured: CapturedAccumulator): void {
  if (slot[KEY] === undefined) {
    throw new LevinError({
      code: DRIVER_ONLY,
      fault: 'user',
      message: 'an accumulator, which only functions take along. Capture it in the function that adds to it, and keep it out of records',
    });
  }
  slot[KEY].set(captured.ordinal, captured);
}
