/** A latency by its quantiles in milliseconds; between them it is interpolated on a logarithmic scale. */
export interface LatencyMs {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/**
 * What is known of the services that are simulated: every constant of the simulator, with its unit and where it is from.
 *
 * Measured: us-east-1, February to October 2024, 1 KiB, a million requests each (hpides/skyrise raw results). Documented: AWS quota pages,
 * read in 2026. Assumed: no source, a round number of the right size.
 */
export interface Facts {
  /** Measured. */
  readonly objectReadMs: LatencyMs;
  readonly objectWriteMs: LatencyMs;
  /** Measured: on-demand table. */
  readonly itemReadMs: LatencyMs;
  readonly itemWriteMs: LatencyMs;
  /** Documented: for each partitioned prefix, a second. Beyond it: 503. */
  readonly objectReadsPerSecond: number;
  readonly objectWritesPerSecond: number;
  /** Documented: write units of one partition key, a second. Beyond it: throttled. */
  readonly itemWritesPerSecond: number;
  /** Measured: what a function's network moves at once in one direction, and refills while it is idle. */
  readonly burstBytes: number;
  /** Measured, equal to the documented 625 Mbps. */
  readonly bytesPerSecond: number;
  /** Documented: new environments of one function in each ten seconds. */
  readonly environmentsPer10s: number;
  /** Documented: environments of an account at once. */
  readonly accountConcurrency: number;
  /** Documented: a synchronous invocation's payload, each way. */
  readonly payloadBytes: number;
  /** Documented: the longest invocation. */
  readonly invocationMs: number;
  /** Documented: memory of a function at least, and at most. */
  readonly smallestMemoryMb: number;
  readonly memoryMb: number;
  /** Assumed: what Node and levin take of it before a task holds anything. */
  readonly runtimeMb: number;
  /** Documented: memory that comes with one vCPU. */
  readonly mbPerVcpu: number;
  /** Assumed: what an invocation takes before and after the function's own time. */
  readonly invokeMs: LatencyMs;
  /** Assumed: a new environment, bundle of 1 MB included. */
  readonly coldStartMs: LatencyMs;
}

export const AWS_FACTS: Facts = {
  objectReadMs: { p50: 26.9, p95: 74.3, p99: 105.5, p999: 178, max: 10_050 },
  objectWriteMs: { p50: 40.4, p95: 90, p99: 123.4, p999: 205, max: 5_200 },
  itemReadMs: { p50: 3.9, p95: 6.5, p99: 9.7, p999: 41.8, max: 200 },
  itemWriteMs: { p50: 5.6, p95: 8.4, p99: 12.7, p999: 44.4, max: 200 },
  objectReadsPerSecond: 5_500,
  objectWritesPerSecond: 3_500,
  itemWritesPerSecond: 1_000,
  burstBytes: 315_000_000,
  bytesPerSecond: 78_000_000,
  environmentsPer10s: 1_000,
  accountConcurrency: 1_000,
  payloadBytes: 6_291_456,
  invocationMs: 900_000,
  smallestMemoryMb: 128,
  memoryMb: 10_240,
  runtimeMb: 100,
  mbPerVcpu: 1_769,
  invokeMs: { p50: 12, p95: 25, p99: 50, p999: 200, max: 1_000 },
  coldStartMs: { p50: 250, p95: 400, p99: 700, p999: 2_000, max: 10_000 },
};

/** What computing costs: a task's records and bytes, read and written, stand for its work. */
export interface CostModel {
  readonly nsPerRecord: number;
  readonly nsPerByte: number;
  /** What functions keep of each record that their task reads; levin's own tables spill. Default 0. */
  readonly heldBytesPerRecord?: number;
}

/** Assumed: one vCPU; about what word count takes on a laptop. */
export const DEFAULT_COSTS: CostModel = { nsPerRecord: 500, nsPerByte: 5 };

/** A latency drawn by a number in [0, 1). */
export function latencyAt({ p50, p95, p99, p999, max }: LatencyMs, u: number): number {
  const points = [
    [0, p50 / 2],
    [0.5, p50],
    [0.95, p95],
    [0.99, p99],
    [0.999, p999],
    [1, max],
  ] as const;
  for (let i = 1; i < points.length; i++) {
    const [from, low] = points[i - 1] as readonly [number, number];
    const [to, high] = points[i] as readonly [number, number];
    if (u < to || i === points.length - 1) return low * (high / low) ** ((u - from) / (to - from));
  }
  return max;
}
