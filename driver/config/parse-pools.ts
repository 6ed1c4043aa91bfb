import type { PoolSettings, PoolShare } from '../scheduler/pools.ts';

/** Pools by name, from an object or its JSON; what is not said of a pool is Spark's default. undefined: it is none, or something in it is unknown or out of its limits. */
export function parsePools(raw: unknown): PoolSettings['pools'] | undefined {
  const given = typeof raw === 'string' ? parseJson(raw) : raw;
  if (!isPlain(given)) return undefined;
  const shares = Object.entries(given).map(([name, share]) => [name, parseShare(share)] as const);
  return shares.every(([name, share]) => name !== '' && share !== undefined)
    ? (Object.fromEntries(shares) as PoolSettings['pools'])
    : undefined;
}

function parseShare(raw: unknown): PoolShare | undefined {
  if (!isPlain(raw)) return undefined;
  const { schedulingMode = 'FIFO', weight = 1, minShare = 0, ...unknown } = raw;
  const mode = (['FIFO', 'FAIR'] as const).find((each) => typeof schedulingMode === 'string' && each === schedulingMode.toUpperCase());
  const known = mode !== undefined && Object.keys(unknown).length === 0;
  return known && isCount(weight, 1) && isCount(minShare, 0) ? { schedulingMode: mode, weight, minShare } : undefined;
}

function isCount(value: unknown, min: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= 1_000_000;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
