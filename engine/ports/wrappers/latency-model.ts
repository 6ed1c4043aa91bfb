export interface LatencyModelOptions {
  /** Which part of the answers is not late, in (0, 1). */
  readonly quantile: number;
  /** An answer is late at this multiple of the quantile. */
  readonly factor: number;
  /** Nothing is late before. */
  readonly floorMs: number;
  /** Late as long as too few answers are known. */
  readonly firstMs: number;
  /** Of the network, for what a transfer adds. */
  readonly bytesPerSecond: number;
}

/** Of objects: measured for S3 in us-east-1 (p95 74 ms, p99.9 178 ms of a read), and the network of a function. */
export const OBJECT_LATENCY: LatencyModelOptions = { quantile: 0.95, factor: 2, floorMs: 50, firstMs: 200, bytesPerSecond: 75_000_000 };

export interface LatencyModel {
  /** When an answer with so many bytes to move is late. */
  lateMs(bytes: number): number;
  /** An answer came after so long; or a call was given up after so long, which would have taken longer. */
  observe(ms: number, bytes: number): void;
}

const WINDOW = 256;
/** Fewer say nothing about a quantile of 0.95. */
const ENOUGH = 32;
/** The quantile is looked up anew after so many answers. */
const STEP = 16;

/**
 * Learns how long a service takes: `latency + bytes / bandwidth`, where the latency is a quantile of what the last answers took beyond their transfer.
 * Where the network is slower than thought, or shared, answers seem to take longer, and are late later.
 */
export function createLatencyModel(options: LatencyModelOptions): LatencyModel {
  const { quantile, factor, floorMs, firstMs, bytesPerSecond } = options;
  const window: number[] = [];
  let seen = 0;
  let latencyMs = firstMs;
  const transferMs = (bytes: number): number => (bytes / bytesPerSecond) * 1000;
  return {
    lateMs: (bytes) => latencyMs + transferMs(bytes),
    observe(ms, bytes) {
      window[seen++ % WINDOW] = Math.max(0, ms - transferMs(bytes));
      if (seen < ENOUGH || seen % STEP !== 0) return;
      const sorted = window.toSorted((a, b) => a - b);
      const rank = Math.min(sorted.length - 1, Math.floor(quantile * sorted.length));
      latencyMs = Math.max(floorMs, factor * (sorted[rank] as number));
    },
  };
}
