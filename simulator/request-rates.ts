import type { Facts } from './facts.ts';

/** So many a second, and a second's worth at once. */
export interface RateLimit {
  /** Whether one more goes through now. */
  take(nowMs: number): boolean;
}

export function createRateLimit(most: number, perMs: number): RateLimit {
  let tokens = most;
  let lastMs = 0;
  return {
    take(nowMs) {
      tokens = Math.min(most, tokens + ((nowMs - lastMs) * most) / perMs);
      lastMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** What the stores take of all processes together. A bucket of which nobody has asked much before is one partition, whatever its prefixes. */
export interface RequestRates {
  /** `name` is the call's: `objects.put`, `items.query` …; `partition` the item's. */
  allows(name: string, partition: string, nowMs: number): boolean;
}

const WRITES = /\.(put|deleteMany|stage|publish|discard|transact|delete)$/;

export function createRequestRates(facts: Facts): RequestRates {
  const reads = createRateLimit(facts.objectReadsPerSecond, 1000);
  const writes = createRateLimit(facts.objectWritesPerSecond, 1000);
  const partitions = new Map<string, RateLimit>();
  return {
    allows(name, partition, nowMs) {
      const isWrite = WRITES.test(name);
      if (!name.startsWith('items.')) return (isWrite ? writes : reads).take(nowMs);
      if (!isWrite) return true;
      const limit = partitions.get(partition) ?? createRateLimit(facts.itemWritesPerSecond, 1000);
      partitions.set(partition, limit);
      return limit.take(nowMs);
    },
  };
}

/** One direction of a function's network: a burst, then a steady rate; what is not used fills the burst again. */
export interface Bandwidth {
  /** How long these bytes take from now on. */
  transferMs(bytes: number, nowMs: number): number;
}

export function createBandwidth({ burstBytes, bytesPerSecond }: Pick<Facts, 'burstBytes' | 'bytesPerSecond'>): Bandwidth {
  let tokens = burstBytes;
  let lastMs = 0;
  return {
    transferMs(bytes, nowMs) {
      tokens = Math.min(burstBytes, tokens + ((nowMs - lastMs) / 1000) * bytesPerSecond) - bytes;
      lastMs = nowMs;
      return tokens >= 0 ? 0 : (-tokens / bytesPerSecond) * 1000;
    },
  };
}
