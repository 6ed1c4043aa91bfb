import type { CallSite } from './call-site.ts';

export type AccumulatorKind = 'long' | 'double' | 'bigint' | 'collection' | 'custom';

/** What is added to and read, wherever that is. */
export interface AccumulatorIdentity {
  /** Counts the application's accumulators in the order in which they were made. */
  readonly ordinal: number;
  readonly kind: AccumulatorKind;
}

/** What messages say of an accumulator that functions of a stage capture. */
export interface AccumulatorInfo extends AccumulatorIdentity {
  readonly name: string | null;
  /** `job.ts:3:14` */
  readonly site: string;
}

/** An accumulator that a function captures. */
export interface CapturedAccumulator extends AccumulatorIdentity {
  readonly name: string | null;
  /** Where it was made. */
  readonly callSite: CallSite | null;
}

/** How things are added up: `add` and `merge` give the state that they were given, changed, or another one. */
export interface AccumulatorAlgebra {
  zero(): unknown;
  add(state: unknown, value: unknown): unknown;
  merge(a: unknown, b: unknown): unknown;
}

/** What the functions of one attempt have added. */
export interface TaskAccumulators {
  add(identity: AccumulatorIdentity, algebra: (text: string) => AccumulatorAlgebra, value: unknown): void;
  /** The accumulator as messages name it: `longAccumulator "bad lines" (job.ts:3:14)`. */
  textOf(identity: AccumulatorIdentity): string;
}

/** `longAccumulator "bad lines" (job.ts:3:14)` */
export function accumulatorText({ kind, name, site }: Omit<AccumulatorInfo, 'ordinal'>): string {
  const method = kind === 'custom' ? 'accumulator' : `${kind}Accumulator`;
  return [method, ...(name === null ? [] : [JSON.stringify(name)]), ...(site === '' ? [] : [`(${site})`])].join(' ');
}
