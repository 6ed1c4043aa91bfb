import type { Clock } from '../engine/ports/clock.ts';
import { type LatencyMs, latencyAt } from './facts.ts';
import type { Bandwidth } from './request-rates.ts';

/** Many alike requests of one task, simulated together. */
export interface RequestGroup {
  readonly clock: Clock;
  readonly count: number;
  readonly bytes: number;
  /** In flight at once. */
  readonly atOnce: number;
  readonly latency: LatencyMs;
  /** Draws latencies. */
  readonly next: () => number;
  /** What the service takes of all processes together, in requests. */
  readonly rate: Bandwidth;
  readonly network: Bandwidth;
}

/** A task's requests queue at the service in so many portions, between those of other tasks. */
const PORTIONS = 8;
/** More requests take the mean time. */
const MAX_DRAWN = 48;

/** Waits as long as the requests take: for their answers, for the service that takes so many a second, and for the network, whichever is slowest. */
export async function requestGroup(group: RequestGroup): Promise<void> {
  const { clock, count, bytes, atOnce, rate, network } = group;
  if (count === 0) return;
  const portions = Math.min(PORTIONS, Math.ceil(count / Math.max(8, atOnce)));
  for (let i = 0; i < portions; i++) {
    const now = clock.monotonic();
    const some = Math.floor(((i + 1) * count) / portions) - Math.floor((i * count) / portions);
    const answersMs = latencySum(group, some) / Math.min(atOnce, some);
    const ms = Math.max(answersMs, rate.transferMs(some, now), network.transferMs(bytes / portions, now));
    await clock.sleep(ms);
  }
}

function latencySum({ latency, next }: RequestGroup, count: number): number {
  if (count > MAX_DRAWN) return count * meanOf(latency);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += latencyAt(latency, next());
  return sum;
}

const means = new WeakMap<LatencyMs, number>();

/** By the midpoints of ten thousand equal parts. */
function meanOf(latency: LatencyMs): number {
  const known = means.get(latency);
  if (known !== undefined) return known;
  const steps = 10_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += latencyAt(latency, (i + 0.5) / steps);
  means.set(latency, sum / steps);
  return sum / steps;
}
