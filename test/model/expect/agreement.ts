import type { Outcome, Program } from '../program/program.ts';
import { show } from '../program/values.ts';
import { type Expectation, expectationOf } from './expectation.ts';
import { type ModelStep, modelProgram } from './model-step.ts';
import { keyText, order } from './order.ts';
import { ExpectedError, type Model, type Row, rowsOf } from './rows.ts';

/** What is wrong with levin's outcome of a program; null: nothing. */
export function disagreement(program: Program, outcome: Outcome, step?: ModelStep): string | null {
  try {
    const model = modelProgram(program, step);
    const expected = expectationOf(model, program.action);
    if ('error' in outcome) return `${outcome.error} (${outcome.message}), where ${describe(expected)} was expected`;
    if (model.n !== null && outcome.numPartitions !== model.n) return `${outcome.numPartitions} partitions, not ${model.n}`;
    return compare(outcome.value, expected);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    if ('error' in outcome) return outcome.error === error.code ? null : `${outcome.error} (${outcome.message}), not ${error.code}`;
    return `${show(outcome.value)}, where the error ${error.code} was expected`;
  }
}

function describe(expected: Expectation): string {
  switch (expected.kind) {
    case 'value':
      return show(expected.value);
    case 'record':
    case 'records':
      return expected.rows.map(({ value }) => show(value)).join(', ');
    case 'partitions':
      return rowsOf(expected.model)
        .map(({ value }) => show(value))
        .join(', ');
    case 'map':
      return [...expected.entries.keys()].join(', ');
  }
}

function compare(actual: unknown, expected: Expectation): string | null {
  switch (expected.kind) {
    case 'value':
      return show(actual) === show(expected.value) ? null : `${show(actual)}, not ${show(expected.value)}`;
    case 'record':
      return compareRecords([actual], expected.rows, 1);
    case 'records':
      return compareRecords(actual as unknown[], expected.rows, expected.n);
    case 'partitions':
      return comparePartitions(actual as unknown[][], expected.model);
    case 'map':
      return compareMap(actual as [unknown, unknown][], expected);
  }
}

/** Rank by rank: each has the records of its rank, the last one that is reached some of them. */
function compareRecords(actual: readonly unknown[], rows: readonly Row[], n: number): string | null {
  const wanted = Math.min(n, rows.length);
  if (actual.length !== wanted)
    return `${actual.length} records ${show(actual)}, not ${wanted} of ${rows.map(({ value }) => show(value)).join(', ')}`;
  for (let at = 0; at < wanted; ) {
    const rank = rows[at]?.rank;
    const end = rows.findLastIndex((row) => row.rank === rank) + 1;
    const missing = leftOver(rows.slice(at, end), actual.slice(at, end));
    if (missing !== null)
      return `${show(missing)} among records ${at} to ${end} of ${show(actual)}, where ${rows
        .slice(at, end)
        .map(({ value }) => show(value))
        .join(', ')} were expected`;
    at = end;
  }
  return null;
}

/** A record that is not among the rows. */
function leftOver(rows: readonly Row[], records: readonly unknown[]): readonly unknown[] | null {
  const counts = new Map<string, number>();
  for (const { value } of rows) counts.set(show(value), (counts.get(show(value)) ?? 0) + 1);
  for (const record of records) {
    const left = counts.get(show(record)) ?? 0;
    if (left === 0) return [record];
    counts.set(show(record), left - 1);
  }
  return null;
}

function comparePartitions(actual: readonly (readonly unknown[])[], model: Model): string | null {
  const wrong = compareRecords(actual.flat(1), rowsOf(model), Number.POSITIVE_INFINITY);
  if (wrong !== null) return wrong;
  if (model.n !== null && actual.length !== model.n) return `${actual.length} partitions in glom, not ${model.n}`;
  const sizes = actual.map((part) => part.length);
  const sizesExpected = model.parts.map((part) => part.length);
  if (model.layout && show(sizes) !== show(sizesExpected)) return `partitions of ${show(sizes)} records, not ${show(sizesExpected)}`;
  if (model.placement !== null) {
    const homes = new Map<string, number>();
    for (const [p, part] of actual.entries()) {
      for (const record of part) {
        const key = keyText((record as readonly unknown[])[0]);
        if ((homes.get(key) ?? p) !== p) return `the key ${key} in partitions ${homes.get(key)} and ${p} of ${show(actual)}`;
        homes.set(key, p);
      }
    }
  }
  return compareAlso(actual, model.also);
}

function compareAlso(actual: readonly (readonly unknown[])[], also: Model['also']): string | null {
  switch (also?.kind) {
    case undefined:
      return null;
    case 'sortedWithin': {
      const { ascending } = also as { ascending: boolean };
      const keys = actual.map((part) => part.map((record) => (record as readonly unknown[])[0]));
      const falls = (a: unknown, b: unknown): boolean => (ascending ? order(a, b) : order(b, a)) > 0;
      return keys.some((part) => part.some((key, i) => i > 0 && falls(part[i - 1], key)))
        ? `partitions ${show(actual)}, which are not sorted`
        : null;
    }
    case 'dealt': {
      // Each input deals evenly, beginning anywhere.
      const sizes = actual.map((part) => part.length);
      const { inputs } = also as { inputs: number };
      return Math.max(...sizes) - Math.min(...sizes) > inputs ? `partitions of ${show(sizes)} records, dealt out by ${inputs}` : null;
    }
  }
}

function compareMap(actual: readonly [unknown, unknown][], { entries, ordered }: Extract<Expectation, { kind: 'map' }>): string | null {
  const keys = actual.map(([key]) => keyText(key));
  const wanted = [...entries.keys()];
  const same = ordered ? show(keys) === show(wanted) : show(keys.toSorted()) === show(wanted.toSorted());
  if (!same) return `the keys ${keys.join(', ')}, not ${wanted.join(', ')}`;
  for (const [key, value] of actual) {
    const possible = (entries.get(keyText(key)) ?? []).map(show);
    if (!possible.includes(show(value))) return `${show(value)} for the key ${show(key)}, not ${possible.join(' or ')}`;
  }
  return null;
}
