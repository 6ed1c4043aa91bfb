import { filterFunctions, flatMapFunctions, keyFunctions, mapFunctions } from '../program/functions.ts';
import type { Step } from '../program/program.ts';
import { inOrderOfText, plainZeros } from '../program/values.ts';
import { exactly, expand, type Model, rowsOf, somewhere, valuesOf } from './rows.ts';

export type Pair = readonly [key: unknown, value: unknown];
export type NarrowStep = Extract<
  Step,
  {
    op:
      | 'map'
      | 'mapAsync'
      | 'mapValues'
      | 'flatMap'
      | 'flatMapValues'
      | 'filter'
      | 'keyBy'
      | 'mapPartitions'
      | 'tagPartitions'
      | 'glom'
      | 'keys'
      | 'values'
      | 'zipWithIndex'
      | 'zipWithUniqueId'
      | 'indexes'
      | 'sampleAll'
      | 'sampleNone'
      | 'plainZeros'
      | 'sortedGroups'
      | 'sortedCogroups'
      | 'zipMapped'
      | 'gate'
      | 'coalesce';
  }
>;

const onValue =
  (f: (value: unknown) => Iterable<unknown>) =>
  (record: unknown): Iterable<unknown> => {
    const [key, value] = record as Pair;
    return Array.from(f(value), (out) => [key, out]);
  };

/** Steps that leave every record in its partition, or put whole partitions together. */
export function modelNarrow(model: Model, step: NarrowStep): Model {
  switch (step.op) {
    case 'map':
    case 'mapAsync':
      return expand(model, (x) => [mapFunctions[step.fn](x)]);
    case 'mapValues':
      return expand(
        model,
        onValue((x) => [mapFunctions[step.fn](x)]),
        true,
      );
    case 'flatMap':
      return expand(model, flatMapFunctions[step.fn]);
    case 'flatMapValues':
      return expand(model, onValue(flatMapFunctions[step.fn]), true);
    case 'filter':
      return expand(model, (x) => (filterFunctions[step.fn](x) ? [x] : []), true);
    case 'keyBy':
      return expand(model, (x) => [[keyFunctions[step.fn](x), x]]);
    case 'keys':
      return expand(model, (x) => [(x as Pair)[0]]);
    case 'values':
      return expand(model, (x) => [(x as Pair)[1]]);
    case 'zipMapped':
      return expand(model, (x) => [[x, mapFunctions[step.fn](x)]]);
    case 'plainZeros':
      return expand(model, (x) => [plainZeros(x)]);
    case 'sortedGroups':
      return expand(
        model,
        onValue((group) => [inOrderOfText(group as unknown[])]),
        true,
      );
    case 'sortedCogroups':
      return expand(
        model,
        onValue((groups) => [(groups as unknown[][]).map(inOrderOfText)]),
        true,
      );
    case 'sampleAll':
    case 'gate':
      return expand(model, (x) => [x], true);
    case 'sampleNone':
      return expand(model, () => [], true);
    case 'mapPartitions':
      return mapPartitions(model, step.fn);
    case 'tagPartitions':
      return {
        ...model,
        parts: model.parts.map((part, p) => part.map(({ value, rank }) => ({ value: [p, value], rank }))),
        placement: null,
      };
    case 'glom':
      return exactly(partitions(model).map((part) => [part]));
    case 'zipWithIndex': {
      let i = 0;
      return expand(model, (x) => [[x, i++]]);
    }
    case 'indexes':
      return indexes(model);
    case 'zipWithUniqueId':
      return exactly(partitions(model).map((part, p) => part.map((x, i) => [x, i * model.parts.length + p])));
    case 'coalesce':
      return coalesced(model, step.n);
  }
}

function partitions({ parts }: Model): readonly (readonly unknown[])[] {
  return parts.map((part) => part.map(({ value }) => value));
}

function mapPartitions(model: Model, fn: Extract<Step, { op: 'mapPartitions' }>['fn']): Model {
  switch (fn) {
    case 'each':
    case 'lazy':
      return expand(model, (x) => [[x]]);
    case 'ones':
      return exactly(Array.from({ length: model.n ?? 0 }, () => [1]));
    case 'count':
      return exactly(model.parts.map((part) => [part.length]));
    case 'reversed':
      return exactly(partitions(model).map((part) => part.toReversed()));
    case 'firstOnly':
      return exactly(partitions(model).map((part) => part.slice(0, 1)));
  }
}

function indexes(model: Model): Model {
  let i = 0;
  const parts = model.parts.map((part) => part.map(() => i++));
  return model.layout
    ? exactly(parts)
    : somewhere(
        valuesOf(model).map((_, rank) => ({ value: rank, rank })),
        model.n,
      );
}

/** Neighbours together; asking for more changes nothing. */
function coalesced(model: Model, asked: number): Model {
  const { n } = model;
  if (n !== null && asked >= n) return { ...model, parts: model.parts };
  if (n === null || !model.layout) return somewhere(rowsOf(model), asked === 1 || n !== null ? asked : null);
  const border = (p: number): number => Math.floor((p * n) / asked);
  const parts = Array.from({ length: asked }, (_, p) => model.parts.slice(border(p), border(p + 1)).flat());
  return { parts, layout: true, n: asked, placement: null };
}
