import { type ModelStep, modelStep } from './expect/model-step.ts';
import { anyhow, type Model, type Row, valuesOf } from './expect/rows.ts';
import type { Step } from './program/program.ts';
import { plainZeros } from './program/values.ts';

/** An operation that is modelled wrongly, on purpose. */
export interface Mutant {
  readonly name: string;
  readonly step: ModelStep;
}

type Wrong = (right: Model, input: Model, step: Step) => Model;

function mutant(ops: Step['op'] | readonly Step['op'][], what: string, wrong: Wrong): Mutant {
  const step: ModelStep = (model, each, self) => {
    const right = modelStep(model, each, self);
    return [ops].flat().includes(each.op) ? wrong(right, model, each) : right;
  };
  return { name: `${[ops].flat().join(', ')} ${what}`, step };
}

const OPERATIONS: readonly Step['op'][] = [
  'map',
  'mapAsync',
  'mapValues',
  'flatMap',
  'flatMapValues',
  'filter',
  'keyBy',
  'mapPartitions',
  'tagPartitions',
  'glom',
  'keys',
  'values',
  'zipWithIndex',
  'zipWithUniqueId',
  'sampleAll',
  'randomSplit',
  'coalesce',
  'repartition',
  'partitionBy',
  'repartitionAndSort',
  'distinct',
  'groupByKey',
  'groupBy',
  'reduceByKey',
  'aggregateByKey',
  'combineByKey',
  'foldByKey',
  'sortBy',
  'sortByKey',
  'union',
  'cartesian',
  'zipMapped',
  'zipPartitions',
  'intersection',
  'subtract',
  'join',
  'leftOuterJoin',
  'rightOuterJoin',
  'fullOuterJoin',
  'cogroup',
  'groupWith',
  'subtractByKey',
];

function withRows(model: Model, change: (rows: readonly Row[]) => readonly Row[]): Model {
  let last = -1;
  for (const [p, part] of model.parts.entries()) if (part.length > 0) last = p;
  return { ...model, parts: model.parts.map((part, p) => (p === last ? change(part) : part)) };
}

const loses: Wrong = (right) => withRows(right, (rows) => rows.slice(0, -1));
const doubles: Wrong = (right) => withRows(right, (rows) => [...rows, ...rows.slice(-1)]);
const oneMore: Wrong = (right) => (right.n === null ? right : { ...right, n: right.n + 1, layout: false });
const without =
  (keep: (record: unknown) => boolean): Wrong =>
  (right) => ({ ...right, parts: right.parts.map((part) => part.filter(({ value }) => keep(value))) });
const keyOf = (record: unknown): unknown => (record as readonly unknown[])[0];

/** What a wrong implementation does: each must be noticed. */
export const mutants: readonly Mutant[] = [
  ...OPERATIONS.flatMap((op) => [
    mutant(op, 'loses a record', loses),
    mutant(op, 'doubles a record', doubles),
    mutant(op, 'has one partition more', oneMore),
  ]),
  mutant('distinct', 'keeps duplicates', (right, input) => anyhow(valuesOf(input), right.n)),
  mutant(
    'reduceByKey',
    'loses the null key',
    without((record) => keyOf(record) !== null),
  ),
  mutant(
    'groupByKey',
    'loses the null key',
    without((record) => keyOf(record) !== null),
  ),
  mutant(
    'join',
    'loses the null key',
    without((record) => keyOf(record) !== null),
  ),
  mutant(
    'leftOuterJoin',
    'is an inner join',
    without((record) => (record as [unknown, unknown[]])[1][1] !== null),
  ),
  mutant(
    'fullOuterJoin',
    'is a left outer join',
    without((record) => (record as [unknown, unknown[]])[1][0] !== null),
  ),
  mutant('foldByKey', 'never uses its zero', (right, input, step) =>
    step.op === 'foldByKey' ? modelStep(input, { ...step, zero: 0 }, modelStep) : right,
  ),
  mutant('sortBy', 'always ascends', (right, input, step) =>
    step.op === 'sortBy' ? modelStep(input, { ...step, ascending: true }, modelStep) : right,
  ),
  mutant('sortByKey', 'always descends', (right, input, step) =>
    step.op === 'sortByKey' ? modelStep(input, { ...step, ascending: false }, modelStep) : right,
  ),
  mutant('map', 'takes the sign of zeros', (right) => ({
    ...right,
    parts: right.parts.map((part) => part.map(({ value, rank }) => ({ value: plainZeros(value), rank }))),
  })),
  mutant('zipWithIndex', 'counts from 1', (right) => ({
    ...right,
    parts: right.parts.map((part) => part.map(({ value, rank }) => ({ value: [keyOf(value), (value as [unknown, number])[1] + 1], rank }))),
  })),
  mutant('union', 'never keeps a shared partitioner', (right, input) =>
    right.placement !== null ? { ...right, n: (input.n ?? 0) * 2, placement: null } : right,
  ),
  mutant(['filter', 'mapValues', 'flatMapValues', 'sampleAll'], 'lose the partitioner', (right) => ({ ...right, placement: null })),
  mutant(['map', 'mapAsync', 'keyBy', 'zipMapped', 'flatMap'], 'keep the partitioner', (right, input) => ({
    ...right,
    placement: input.placement,
  })),
  mutant('coalesce', 'grows without a shuffle', (right, _, step) =>
    step.op === 'coalesce' && !step.shuffle ? { ...right, n: step.n, layout: false } : right,
  ),
];
