/** What the model knows of an RDD: which records there are, and how much of their order and places Spark promises. */

/** A record. Ranks never fall along the RDD; the order of records of one rank is not promised. */
export interface Row {
  readonly value: unknown;
  readonly rank: number;
}

export type Placement =
  | { readonly kind: 'hash' | 'custom'; readonly n: number }
  /** Bounds belong to one sort. */
  | { readonly kind: 'range'; readonly n: number; readonly sort: number };

export interface Model {
  /** Partitions; all records in one where their places are not promised. */
  readonly parts: readonly (readonly Row[])[];
  readonly layout: boolean;
  /** Partitions there must be; null: Spark does not say. */
  readonly n: number | null;
  readonly placement: Placement | null;
  /** True of this RDD alone, not of what is made from it. */
  readonly also?: { readonly kind: 'sortedWithin'; readonly ascending: boolean } | { readonly kind: 'dealt'; readonly inputs: number };
}

export function rowsOf(model: Model): readonly Row[] {
  return model.parts.flat();
}

export function valuesOf(model: Model): readonly unknown[] {
  return rowsOf(model).map(({ value }) => value);
}

/** No two records may change places. */
export function isOrdered(model: Model): boolean {
  const rows = rowsOf(model);
  return new Set(rows.map(({ rank }) => rank)).size === rows.length;
}

/** Records in exactly these partitions, in exactly this order. */
export function exactly(parts: readonly (readonly unknown[])[], placement: Placement | null = null): Model {
  let rank = 0;
  return { parts: parts.map((part) => part.map((value) => ({ value, rank: rank++ }))), layout: true, n: parts.length, placement };
}

/** Rows in this order, cut into partitions anywhere. */
export function somewhere(rows: readonly Row[], n: number | null, placement: Placement | null = null): Model {
  if (rows.length === 0 && n !== null) return { parts: Array.from({ length: n }, () => []), layout: true, n, placement };
  return { parts: [rows], layout: n === 1, n, placement };
}

/** Records in any order and anywhere. */
export function anyhow(values: readonly unknown[], n: number | null, placement: Placement | null = null): Model {
  return somewhere(
    values.map((value) => ({ value, rank: 0 })),
    n,
    placement,
  );
}

/** Any number of records for each; partitions stay. What comes of one record stays in order where that record's place is known. */
export function expand(model: Model, f: (value: unknown) => Iterable<unknown>, keepsPlacement = false): Model {
  const many = new Map<number, number>();
  for (const { rank } of rowsOf(model)) many.set(rank, (many.get(rank) ?? 0) + 1);
  let next = 0;
  const shared = new Map<number, number>();
  const rankOf = (rank: number): number => {
    if (many.get(rank) === 1) return next++;
    if (!shared.has(rank)) shared.set(rank, next++);
    return shared.get(rank) as number;
  };
  const parts = model.parts.map((part) =>
    part.flatMap(({ value, rank }) => Array.from(f(value), (out) => ({ value: out, rank: rankOf(rank) }))),
  );
  return { parts, layout: model.layout, n: model.n, placement: keepsPlacement ? model.placement : null };
}

export function samePlacement(a: Placement | null, b: Placement | null): boolean {
  if (a === null || b === null) return false;
  return a.kind === b.kind && a.n === b.n && (a.kind !== 'range' || (b.kind === 'range' && a.sort === b.sort));
}

/** An error that levin must end in. */
export class ExpectedError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}
