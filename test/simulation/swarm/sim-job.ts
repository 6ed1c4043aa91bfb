import type { Context } from '../../../driver/api/context.ts';
import type { ConfigInput } from '../../../driver/config/config-input.ts';
import type { FaultKind, FaultRates } from '../../../simulator/fault-plan.ts';
import type { SimWorld } from '../../../simulator/sim-world.ts';

/** Numbers that a seed gives. */
export interface Draw {
  /** A whole number in [low, high]. */
  whole(low: number, high: number): number;
}

/** An output folder of a job: what it may hold in turn, as sorted lines; a reader sees one of these whole, or nothing before the first. */
export interface ExpectedOutput {
  readonly path: string;
  readonly contents: readonly (readonly string[])[];
}

/** A job of some shape and size, and what it must come to by plain arrays. Its functions capture nothing. */
export interface SimCase {
  readonly shape: string;
  readonly run: (lv: Context) => Promise<unknown>;
  readonly expected: unknown;
  /** Path → text. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Its functions give other records when they run again: committed output is given up that nobody has damaged. */
  readonly indeterminate?: true;
  readonly outputs?: readonly ExpectedOutput[];
  /** Its tasks run again although nothing goes wrong. */
  readonly reruns?: true;
  /** Its last action fails: what it has stays for whoever resumes it. */
  readonly fails?: true;
  /** Settings that it needs. */
  readonly config?: ConfigInput;
  readonly workers?: number;
  readonly compute?: 'lambda' | 'cluster';
  /** In place of those that the seed draws. */
  readonly rates?: FaultRates;
  /** Kinds of faults that go beyond what is promised to be survived. */
  readonly unlimited?: ReadonlySet<FaultKind>;
  /** Looks at the world when the job has ended well; gives what is wrong. */
  readonly after?: (world: SimWorld, appId: string, calm: boolean) => Promise<string | null>;
}

export type Shape = (draw: Draw) => SimCase;

export function drawOf(next: () => number): Draw {
  return { whole: (low, high) => low + Math.floor(next() * (high - low + 1)) };
}

export function numbersOf(draw: Draw, most: number, below: number): number[] {
  return Array.from({ length: draw.whole(0, most) }, () => draw.whole(0, below - 1));
}

export function sortedTexts(values: Iterable<unknown>): string[] {
  return [...values].map((value) => JSON.stringify(value)).sort();
}

export function countsOf<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

export function groupsOf<K, V>(pairs: readonly (readonly [K, V])[]): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
