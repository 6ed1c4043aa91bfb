import type { PoolState, SchedulerState, StageState } from './state.ts';

export type SchedulingMode = 'FIFO' | 'FAIR';

/** What a pool gets of the slots (Spark: an entry of `fairscheduler.xml`). */
export interface PoolShare {
  /** Between the stages of the pool: by job, or to each the same. */
  readonly schedulingMode: SchedulingMode;
  /** Slots in proportion to those of other pools. */
  readonly weight: number;
  /** So many slots before weights count. */
  readonly minShare: number;
}

export interface PoolSettings {
  /** Between jobs: in the order of their numbers, as if there were no pools, or by pools. */
  readonly mode: SchedulingMode;
  /** Those that are not here have the defaults. */
  readonly pools: Readonly<Record<string, PoolShare>>;
}

/** The pool of jobs that name none. */
export const DEFAULT_POOL = 'default';

const DEFAULT_SHARE: PoolShare = { schedulingMode: 'FIFO', weight: 1, minShare: 0 };

/** The number of the pool with this name; one that nobody has named before is made, with its settings or the defaults (Spark's rule). */
export function poolOf(state: SchedulerState, name: string): number {
  const known = state.pools.findIndex((pool) => pool.name === name);
  if (known >= 0) return known;
  const { pools } = state.settings.pools;
  const share = Object.hasOwn(pools, name) ? (pools[name] as PoolShare) : DEFAULT_SHARE;
  return state.pools.push({ name, ...share, inFlight: 0 }) - 1;
}

/** The stage runs for another job than before, or for one again: its attempts count where that one's do. */
export function moveToPool(state: SchedulerState, stage: StageState, pool: number): void {
  if (stage.pool === pool) return;
  (state.pools[stage.pool] as PoolState).inFlight -= stage.inFlight;
  (state.pools[pool] as PoolState).inFlight += stage.inFlight;
  stage.pool = pool;
}

/**
 * Whose task gets the slot, of two stages of which the first would come first by job; negative: the first one's.
 *
 * Pools with less than their `minShare` come first, those first that have the least of it; then pools that have the least for their weight; then by name.
 */
export function byShare({ pools }: SchedulerState, a: StageState, b: StageState): number {
  const [first, second] = [pools[a.pool] as PoolState, pools[b.pool] as PoolState];
  if (first === second) return first.schedulingMode === 'FIFO' ? -1 : a.inFlight - b.inFlight || -1;
  return comparePools(first, second);
}

function comparePools(a: PoolState, b: PoolState): number {
  const [aLacks, bLacks] = [a.inFlight < a.minShare, b.inFlight < b.minShare];
  if (aLacks !== bLacks) return aLacks ? -1 : 1;
  const [aOf, bOf] = aLacks ? [a.minShare, b.minShare] : [a.weight, b.weight];
  return a.inFlight / aOf - b.inFlight / bOf || (a.name < b.name ? -1 : 1);
}
