/** Of records at most one in so many is measured: measuring costs about as much as a record does otherwise. */
const MAX_STEP = 64;
/** The first ones are all measured, then fewer and fewer. */
const GROWTH = 1.1;

/**
 * About how much memory a growing collection takes, from some of the changes to it: Spark's SizeTracker.
 *
 * The loop that makes the changes counts down `countdown` by itself and calls `measured` when it reaches 0, with what that one change added;
 * a measured change stands for those before it that were not. Steps vary, by numbers that are the same in every run, so that data with a
 * period of its own is sampled fairly.
 * ```
 *   if (--tracker.countdown === 0) tracker.measured(heapBytesOf(record));
 * ```
 */
export interface SizeTracker {
  countdown: number;
  /** The estimate, in bytes, for all changes up to the last one measured. */
  readonly bytes: number;
  /** Gives the estimate. */
  measured(addedBytes: number): number;
  /** The collection is empty again. What has been learned about steps stays. */
  clear(): void;
}

export function createSizeTracker(): SizeTracker {
  let bytes = 0;
  let step = 1;
  let mean = 1;
  let state = 0x2545f491;
  const tracker: SizeTracker = {
    countdown: 1,
    get bytes() {
      return bytes;
    },
    measured(addedBytes) {
      bytes = Math.max(0, bytes + addedBytes * step);
      mean = Math.min(MAX_STEP, mean * GROWTH);
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      // From 1 to about twice the mean.
      step = 1 + Math.floor(((state >>> 8) / 2 ** 24) * (2 * mean - 1));
      tracker.countdown = step;
      return bytes;
    },
    clear() {
      bytes = 0;
      // Changes that nobody measured yet belong to what is gone.
      step = 1;
      tracker.countdown = 1;
    },
  };
  return tracker;
}
