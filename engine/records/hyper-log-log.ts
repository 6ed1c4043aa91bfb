import { type Hash64, hashKey64 } from './hash-key-64.ts';

/** Registers as a record: the filled ones as [index, rank, index, rank …] while they are few, all of them afterwards. */
export type SketchRecord = readonly number[] | Uint8Array;

/** Estimates how many different keys it was given, in memory that does not grow with them. */
export interface HyperLogLog {
  add(key: unknown): void;
  /** Takes in what another sketch of the same precision has seen. */
  merge(other: SketchRecord): void;
  estimate(): number;
  toRecord(): SketchRecord;
}

const MIN_PRECISION = 4;

/** Precision for a relative standard error: Spark's formula, `ceil(2 · log2(1.054 / relativeSD))`, not below 4. */
export function precisionFor(relativeSD: number): number {
  return Math.max(MIN_PRECISION, Math.ceil(2 * Math.log2(1.054 / relativeSD)));
}

/** Filled registers beyond this share take less memory as an array. */
const SPARSE_SHARE = 1 / 16;

/**
 * HyperLogLog with a 64-bit hash and sparse registers, as HyperLogLog++ has them. In place of that paper's tables of measured bias it
 * uses Ertl's estimator (2017), which is unbiased from 0 to 2^60 by itself.
 *
 * ```
 *   hash  [ precision bits: register | the rest: rank = its leading zeros + 1 ]      a register keeps the largest rank
 * ```
 */
export function createHyperLogLog(precision: number): HyperLogLog {
  const size = 2 ** precision;
  const hash: Hash64 = { high: 0, low: 0 };
  let sparse: Map<number, number> | null = new Map();
  let dense = new Uint8Array(0);

  const raise = (index: number, rank: number): void => {
    if (sparse === null) {
      if ((dense[index] as number) < rank) dense[index] = rank;
      return;
    }
    if ((sparse.get(index) ?? 0) >= rank) return;
    sparse.set(index, rank);
    if (sparse.size <= size * SPARSE_SHARE) return;
    dense = new Uint8Array(size);
    for (const [at, value] of sparse) dense[at] = value;
    sparse = null;
  };
  return {
    add(key) {
      hashKey64(key, hash);
      raise(hash.high >>> (32 - precision), rankOf(hash, precision));
    },
    merge(other) {
      if (other instanceof Uint8Array) for (let i = 0; i < other.length; i++) raiseIfFilled(raise, i, other[i] as number);
      else for (let i = 0; i < other.length; i += 2) raise(other[i] as number, other[i + 1] as number);
    },
    estimate() {
      const counts = new Array<number>(66 - precision).fill(0);
      for (const rank of sparse === null ? dense : sparse.values()) counts[rank] = (counts[rank] as number) + 1;
      if (sparse !== null) counts[0] = size - sparse.size;
      return estimateFrom(counts, precision);
    },
    toRecord: () => (sparse === null ? dense : [...sparse].flat()),
  };
}

/** A sketch that is a record all the time, for one among many keys: 2^precision registers, changed in place. */
export function addToRegisters(registers: Uint8Array, precision: number, key: unknown): Uint8Array {
  const hash: Hash64 = { high: 0, low: 0 };
  hashKey64(key, hash);
  const index = hash.high >>> (32 - precision);
  registers[index] = Math.max(registers[index] as number, rankOf(hash, precision));
  return registers;
}

/** Takes what `more` has seen into `registers`. */
export function mergeRegisters(registers: Uint8Array, more: Uint8Array): Uint8Array {
  for (let i = 0; i < more.length; i++) if ((registers[i] as number) < (more[i] as number)) registers[i] = more[i] as number;
  return registers;
}

export function estimateRegisters(registers: Uint8Array): number {
  const sketch = createHyperLogLog(Math.log2(registers.length));
  sketch.merge(registers);
  return sketch.estimate();
}

function raiseIfFilled(raise: (index: number, rank: number) => void, index: number, rank: number): void {
  if (rank > 0) raise(index, rank);
}

/** Leading zeros of the bits behind the register's, plus one. */
function rankOf({ high, low }: Hash64, precision: number): number {
  const rest = precision === 32 ? 0 : high << precision;
  return rest === 0 ? 32 - precision + Math.clz32(low) + 1 : Math.clz32(rest) + 1;
}

/** Ertl's estimator over how many registers have each rank. */
function estimateFrom(counts: readonly number[], precision: number): number {
  const size = 2 ** precision;
  const top = 64 - precision;
  let z = size * tau(1 - (counts[top + 1] as number) / size);
  for (let rank = top; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] as number));
  z += size * sigma((counts[0] as number) / size);
  return ((size / (2 * Math.LN2)) * size) / z;
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, y, z, before] = [share, 1, share, Number.NaN];
  while (z !== before) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z, before] = [share, 1, 1 - share, Number.NaN];
  while (z !== before) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
