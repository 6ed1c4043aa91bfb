import { type KeyName, keyFunctions, mergeFunctions } from '../program/functions.ts';
import type { Action } from '../program/program.ts';
import { show, weigh } from '../program/values.ts';
import { groupsOf } from './grouping.ts';
import { keyText, order } from './order.ts';
import { ExpectedError, isOrdered, type Model, type Row, rowsOf, valuesOf } from './rows.ts';

/** What an action must give. */
export type Expectation =
  | { readonly kind: 'value'; readonly value: unknown }
  /** One of the first of these rows. */
  | { readonly kind: 'record'; readonly rows: readonly Row[] }
  /** The first `n` of these rows. */
  | { readonly kind: 'records'; readonly rows: readonly Row[]; readonly n: number }
  | { readonly kind: 'partitions'; readonly model: Model }
  /** By key text: values of which any may stand there; their order only where `ordered`. */
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, readonly unknown[]>; readonly ordered: boolean };

export function expectationOf(model: Model, action: Action): Expectation {
  const values = valuesOf(model);
  switch (action.kind) {
    case 'collect':
    case 'toLocalIterator':
      return { kind: 'records', rows: rowsOf(model), n: values.length };
    case 'glom':
      return { kind: 'partitions', model };
    case 'count':
      return { kind: 'value', value: values.length };
    case 'isEmpty':
      return { kind: 'value', value: values.length === 0 };
    case 'first':
      return { kind: 'record', rows: notEmpty(rowsOf(model)) };
    case 'take':
      return { kind: 'records', rows: rowsOf(model), n: action.n };
    case 'takeOrdered':
      return { kind: 'records', rows: ranked(model, action.fn, 1), n: action.n };
    case 'top':
      return { kind: 'records', rows: ranked(model, action.fn, -1), n: action.n };
    case 'min':
      return { kind: 'record', rows: notEmpty(ranked(model, action.fn, 1)) };
    case 'max':
      return { kind: 'record', rows: notEmpty(ranked(model, action.fn, -1)) };
    case 'reduce':
    case 'treeReduce':
      return { kind: 'value', value: notEmpty(values).reduce(mergeFunctions[action.fn]) };
    case 'concat':
      return { kind: 'value', value: notEmpty(values).map(show).join('') };
    case 'sumOfWeights':
    case 'aggregate':
      return { kind: 'value', value: sumOfWeights(values) };
    case 'fold':
      return { kind: 'value', value: sumOfWeights(values) + action.zero * ((model.n ?? 0) + 1) };
    case 'treeAggregate':
      // Without partitions the zero itself.
      return { kind: 'value', value: sumOfWeights(values) + action.zero * Math.max(1, model.n ?? 1) };
    case 'lookup': {
      const found = rowsOf(model).filter(({ value }) => keyText((value as unknown[])[0]) === keyText(action.key));
      return { kind: 'records', rows: found.map(({ value, rank }) => ({ value: (value as unknown[])[1], rank })), n: found.length };
    }
    case 'collectAsMap': {
      const ordered = isOrdered(model);
      return mapOf(model, (group) => (ordered ? group.slice(-1) : group));
    }
    case 'countByKey':
      return mapOf(model, (group) => [group.length]);
    case 'reduceByKeyLocally':
      return mapOf(model, (group) => [group.reduce(mergeFunctions[action.fn])]);
    case 'countByValue': {
      const pairs = rowsOf(model).map(({ value, rank }) => ({ value: [value, null], rank }));
      return mapOf({ ...model, parts: [pairs] }, (group) => [group.length]);
    }
  }
}

function sumOfWeights(values: readonly unknown[]): number {
  return values.map(weigh).reduce((a, b) => a + b, 0);
}

function notEmpty<T>(records: readonly T[]): readonly T[] {
  if (records.length === 0) throw new ExpectedError('EMPTY_RDD');
  return records;
}

/** By key; equal ones in the order of the input, where it is known. */
function ranked(model: Model, fn: KeyName | null, direction: 1 | -1): readonly Row[] {
  const keyed = valuesOf(model).map((value) => ({ value, key: fn === null ? value : keyFunctions[fn](value) }));
  keyed.sort((a, b) => direction * order(a.key, b.key));
  const stable = isOrdered(model);
  let rank = 0;
  return keyed.map(({ value, key }, i) => {
    const before = keyed[i - 1];
    if (before !== undefined && (stable || order(before.key, key) !== 0)) rank += 1;
    return { value, rank };
  });
}

function mapOf(model: Model, valuesOfGroup: (values: readonly unknown[]) => readonly unknown[]): Expectation {
  const groups = groupsOf([valuesOf(model)]);
  const entries = new Map(groups.map(({ key, values: [values = []] }) => [keyText(key), valuesOfGroup(values)]));
  return { kind: 'map', entries, ordered: isOrdered(model) };
}
