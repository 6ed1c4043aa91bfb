/**
 * What may go wrong.
 * - `crash`: the process that makes a call dies, before or after its effect.
 * - `lostResponse`: the effect happened, the caller is told of a failure of unknown outcome.
 * - `unavailable`: 503 or 409 or a throttle: nothing happened, the caller is told so.
 * - `partialBatch`: one of the keys of a batch is not done, and reported.
 * - `slow`: the answer takes a hundred times as long.
 * - `pause`: the process stands still for a while, as under SIGSTOP: it goes on later where it was.
 * - `stuck`: the same for longer than any attempt may take.
 * - `takeOver`: somebody starts the next driver although this one lives: it stands still for about as long as its lease.
 * - `flippedRead`: one bit of an answer is wrong, what is stored is not.
 * - `corrupt`, `delete`: a stored output of a task is damaged, or gone.
 * - `throttle`: an invocation is refused.
 * - `lostInvocation`: the driver is told that the executor is gone; the attempt goes on unseen.
 * - `duplicate`: the invocation is delivered a second time, later.
 * - `deafExecutor`: an attempt that was stopped goes on unseen.
 * - `outOfMemory`: a task needs more memory than a size of executors has; with the largest size: this attempt does.
 * - `taskError`: an attempt fails by something that passes, as a call of its function that is not answered.
 * - `slowNode`: an executor that computes ten times as long.
 */
export const FAULT_KINDS = [
  'crash',
  'lostResponse',
  'unavailable',
  'partialBatch',
  'slow',
  'pause',
  'stuck',
  'takeOver',
  'flippedRead',
  'corrupt',
  'delete',
  'throttle',
  'lostInvocation',
  'duplicate',
  'deafExecutor',
  'slowNode',
  'outOfMemory',
  'taskError',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Probability of each kind at each point where it could strike; kinds that are left out do not happen. */
export type FaultRates = Partial<Readonly<Record<FaultKind, number>>>;

export interface FaultPlanOptions {
  readonly seed: string;
  readonly rates: FaultRates;
  /** Only these faults, by name, of those that the seed would give. */
  readonly only?: ReadonlySet<string>;
  /** Kinds that strike as often as their rate says, beyond what is promised to be survived. */
  readonly unlimited?: ReadonlySet<FaultKind>;
  readonly onFired: (name: string) => void;
}

export interface FaultLimit {
  /** What the limit is counted over. */
  readonly scope: string;
  readonly most: number;
}

export interface FaultPlan {
  /** Whether a fault strikes at this point. A point that is asked about again is its next occurrence. */
  strikes(kind: FaultKind, point: string, limits?: readonly FaultLimit[]): boolean;
  /** A number in [0, 1) that belongs to the point: how long, which bit. */
  number(point: string): number;
  /** Names of the faults that struck, in order. */
  readonly fired: readonly string[];
}

/**
 * Decides each point by a hash of seed, kind and name of the point, so that leaving one fault out does not change the others:
 * a failing history can be shrunk to the fewest faults.
 */
export function createFaultPlan({ seed, rates, only, unlimited, onFired }: FaultPlanOptions): FaultPlan {
  const seen = new Map<string, number>();
  const spent = new Map<string, number>();
  const fired: string[] = [];
  return {
    fired,
    strikes(kind, point, limits = []) {
      const rate = rates[kind] ?? 0;
      if (rate === 0) return false;
      const place = `${kind} ${point}`;
      const nth = (seen.get(place) ?? 0) + 1;
      seen.set(place, nth);
      const name = `${place} #${nth}`;
      if (only === undefined ? unitOf(`${seed} ${name}`) >= rate : !only.has(name)) return false;
      // A limit that is named twice is spent twice: an executor dies with two attempts of one task.
      const costOf = (scope: string): number => limits.filter((limit) => limit.scope === scope).length;
      const spentUp = limits.some(({ scope, most }) => (spent.get(scope) ?? 0) + costOf(scope) > most);
      if (spentUp && unlimited?.has(kind) !== true) return false;
      for (const { scope } of limits) spent.set(scope, (spent.get(scope) ?? 0) + 1);
      fired.push(name);
      onFired(name);
      return true;
    },
    number: (point) => unitOf(`${seed} number ${point}`),
  };
}

/** FNV-1a with the finalizer of MurmurHash3: cheap, and good enough to tell points apart. */
function unitOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}
