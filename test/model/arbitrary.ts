import * as fc from 'fast-check';
import { type Draft, elaborate } from './expect/elaborate.ts';
import type { FilterName, FlatMapName, KeyName, MapName, MergeName } from './program/functions.ts';
import type { Action, FaultName, Other, Program, Source, Step } from './program/program.ts';

const MAPS: readonly MapName[] = ['same', 'pair', 'pairByNull', 'small', 'weight', 'text', 'nulls', 'negated', 'nested', 'big', 'missing'];
const FLAT_MAPS: readonly FlatMapName[] = ['twice', 'half', 'letters', 'generated', 'set', 'none'];
const FILTERS: readonly FilterName[] = ['odd', 'most', 'present', 'all', 'none'];
const KEYS: readonly KeyName[] = ['small', 'itself', 'textLength', 'nullable', 'text', 'pair', 'object', 'zero'];
const MERGES: readonly MergeName[] = ['larger', 'smaller'];
const FAULTS: readonly FaultName[] = [
  'throws',
  'noPartitions',
  'notAPair',
  'mapAsKey',
  'promiseAsKey',
  'unequalPartitions',
  'badPartition',
  'notIterable',
];

const slices = fc.integer({ min: 1, max: 9 });
const asked = fc.option(slices, { nil: null, freq: 2 });
const one = <T>(of: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...of);

const small = fc.integer({ min: -5, max: 20 });
const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const anyText = fc.oneof(
  text,
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('', '\0', '\0s', '__proto__', 'é', 'e\u0301', '\ud800'),
);
const odd = fc.constantFrom<unknown>(
  Number.NaN,
  -0,
  0,
  Number.POSITIVE_INFINITY,
  0.1,
  2 ** 53,
  7n,
  -1n,
  10n ** 30n,
  null,
  undefined,
  true,
  false,
  new Date(0),
);
const scalar = fc.oneof(small, anyText, odd);
const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom<unknown>('a', 'b', 1, 2, null) }, { weight: 1, arbitrary: scalar });
const nested = fc.oneof(
  fc.array(scalar, { maxLength: 3 }),
  fc.record({ a: scalar, b: fc.array(scalar, { maxLength: 2 }) }, { noNullPrototype: true }),
  fc.record({ '': fc.record({ x: scalar }, { noNullPrototype: true }) }, { noNullPrototype: true }),
);

function many(record: fc.Arbitrary<unknown>): fc.Arbitrary<readonly unknown[]> {
  return fc.array(record, { maxLength: 40, size: 'max' });
}

const records = fc.oneof(
  many(small),
  many(anyText),
  many(fc.tuple(key, scalar)),
  many(nested),
  many(odd),
  many(fc.oneof(small, text, odd, nested)),
);
const line = text.map((s) => s.replaceAll(/[\r\n]/g, ' ')).map((s) => s.toWellFormed());

const source: fc.Arbitrary<Source> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('parallelize' as const), records, slices: fc.oneof(slices, fc.integer({ min: 1, max: 15 })) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('range' as const), start: small, end: small, step: fc.constantFrom(1, 2, 3, -1, -2), slices }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('text' as const),
      lines: fc.array(line, { maxLength: 30 }),
      lineEnd: fc.constantFrom('\n' as const, '\r\n' as const),
      ended: fc.boolean(),
      splits: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'empty' as const }) },
);

const of = <const O extends string>(...ops: readonly O[]): fc.Arbitrary<O> => fc.constantFrom(...ops);

const recordStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: of('map', 'mapAsync', 'mapValues'), fn: one(MAPS) }),
  fc.record({ op: of('flatMap', 'flatMapValues'), fn: one(FLAT_MAPS) }),
  fc.record({ op: of('filter'), fn: one(FILTERS) }),
  fc.record({ op: of('keyBy'), fn: one(KEYS) }),
  fc.record({ op: of('zipMapped'), fn: one(MAPS) }),
  fc.record({ op: of('keys', 'values', 'sampleAll', 'sampleNone', 'zipPartitions', 'sampleAll') }),
  fc.record({ op: of('randomSplit'), seed: fc.nat(1000) }),
);

const partitionStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: of('mapPartitions'), fn: of('each', 'lazy', 'ones', 'count', 'reversed', 'firstOnly') }),
  fc.record({ op: of('tagPartitions', 'glom', 'zipWithIndex', 'zipWithUniqueId') }),
  fc.record({ op: of('coalesce'), n: slices, shuffle: fc.boolean() }),
  fc.record({ op: of('repartition'), n: slices }),
);

const keyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: of('partitionBy'), n: slices, custom: fc.boolean() }),
  fc.record({ op: of('repartitionAndSort'), ascending: fc.boolean(), n: asked }),
  fc.record({ op: of('distinct', 'groupByKey'), n: asked }),
  fc.record({ op: of('groupBy'), fn: one(KEYS), n: asked }),
  fc.record({ op: of('reduceByKey'), fn: one([...MERGES, 'add', 'concat'] as const), n: asked }),
  fc.record({ op: of('aggregateByKey', 'combineByKey'), fn: of('weights', 'list'), n: asked }),
  fc.record({ op: of('foldByKey'), zero: fc.integer({ min: 0, max: 2 }), n: asked }),
  fc.record({ op: of('sortBy'), fn: one(KEYS), ascending: fc.boolean(), n: asked }),
  fc.record({ op: of('sortByKey'), fn: fc.option(one(KEYS), { nil: null }), ascending: fc.boolean(), n: asked }),
);

const branchStep = fc.oneof(
  fc.record({ op: of('map'), fn: one(MAPS) }),
  fc.record({ op: of('filter'), fn: one(FILTERS) }),
  fc.record({ op: of('keyBy'), fn: one(KEYS) }),
  fc.record({ op: of('repartition'), n: slices }),
  fc.record({ op: of('partitionBy'), n: slices, custom: fc.boolean() }),
);
const other: fc.Arbitrary<Other> = fc.oneof(
  fc.constant({ kind: 'self' as const }),
  fc.record({ kind: fc.constant('branch' as const), source, steps: fc.array(branchStep, { maxLength: 3 }) }),
);
const stepOfTwo: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: of('union', 'cartesian', 'groupWith'), other }),
  fc.record({
    op: of('intersection', 'subtract', 'join', 'leftOuterJoin', 'rightOuterJoin', 'fullOuterJoin', 'cogroup', 'subtractByKey'),
    other,
    n: asked,
  }),
);

const step = fc.oneof(
  { weight: 5, arbitrary: recordStep },
  { weight: 2, arbitrary: partitionStep },
  { weight: 4, arbitrary: keyStep },
  { weight: 3, arbitrary: stepOfTwo },
);

const count = fc.integer({ min: 0, max: 12 });
/** Actions that show every record count most. */
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: of('collect', 'glom', 'glom', 'toLocalIterator') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: of('count', 'first', 'isEmpty', 'collectAsMap', 'countByKey', 'countByValue', 'sumOfWeights', 'aggregate', 'concat'),
    }),
  },
  fc.record({ kind: of('take'), n: count }),
  fc.record({ kind: of('takeOrdered', 'top'), n: count, fn: fc.option(one(KEYS), { nil: null }) }),
  fc.record({ kind: of('max', 'min'), fn: one(KEYS) }),
  fc.record({ kind: of('reduce', 'reduceByKeyLocally'), fn: one(MERGES) }),
  fc.record({ kind: of('fold'), zero: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ kind: of('treeReduce'), fn: one(MERGES), depth: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: of('treeAggregate'), zero: fc.integer({ min: 0, max: 2 }), depth: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: of('lookup'), key: fc.nat(20) }),
);

const rarelyFault: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 14, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: one(FAULTS).map((name): readonly Step[] => [{ op: 'fault', fault: name }]) },
);

/** Programs of up to 12 operations. */
export const programs: fc.Arbitrary<Program> = fc
  .record<Draft & { readonly last: readonly Step[] }>({
    source,
    steps: fc.array(step, { maxLength: 11, size: 'max' }),
    last: rarelyFault,
    keyBy: one(KEYS),
    action,
  })
  .map(({ last, ...draft }) => elaborate({ ...draft, steps: [...draft.steps, ...last] }));

/** Programs of which one task waits at a gate somewhere along the chain. */
export const gatedPrograms: fc.Arbitrary<Program> = fc
  .record({
    source,
    before: fc.array(step, { maxLength: 5, size: 'max' }),
    gate: fc.record({ op: of('gate'), partition: fc.nat(8) }),
    after: fc.array(step, { maxLength: 5, size: 'max' }),
    keyBy: one(KEYS),
    action: fc.constantFrom<Action>(
      { kind: 'collect' },
      { kind: 'glom' },
      { kind: 'count' },
      { kind: 'aggregate' },
      { kind: 'countByValue' },
    ),
  })
  .map(({ before, gate, after, ...draft }) => elaborate({ ...draft, steps: [...before, gate, ...after] }));
