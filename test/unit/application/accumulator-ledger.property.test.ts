import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAccumulatorLedger } from '../../../driver/application/accumulator-ledger.ts';
import { algebraOf } from '../../../engine/closures/runtime/accumulator-algebra.ts';
import { encodeValue } from '../../../engine/records/value.ts';
import type { AccumulatorDelta } from '../../../engine/runtime/task-accumulators.ts';

const NUMBERS = 0;
const VALUES = 1;

type Step =
  | { readonly kind: 'commit'; readonly stage: number; readonly partition: number; readonly values: readonly number[] }
  | { readonly kind: 'again' }
  | { readonly kind: 'driver'; readonly value: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'read' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      stage: fc.nat(3),
      partition: fc.nat(12),
      values: fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'again' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('driver' as const), value: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reset' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'read' as const }) },
);

/** What is read in the end, by the words of the page: each task once, its last generation, by stage and partition, then the driver. */
function byTheWords(steps: readonly Step[]): readonly number[] {
  const tasks = new Map<string, { readonly stage: number; readonly partition: number; values: readonly number[]; forgotten: boolean }>();
  let driver: number[] = [];
  for (const step of steps) {
    if (step.kind === 'commit') {
      const name = `${step.stage}/${step.partition}`;
      const known = tasks.get(name);
      // A task that has added nothing yet has not counted.
      if (known !== undefined) known.values = step.values;
      else if (step.values.length > 0) tasks.set(name, { ...step, forgotten: false });
    } else if (step.kind === 'driver') driver.push(step.value);
    else if (step.kind === 'reset') {
      driver = [];
      for (const task of tasks.values()) task.forgotten = true;
    }
  }
  const counting = [...tasks.values()].filter(({ forgotten }) => !forgotten);
  return [...counting.sort((a, b) => a.stage - b.stage || a.partition - b.partition).flatMap(({ values }) => values), ...driver];
}

function deltasOf(values: readonly number[]): readonly AccumulatorDelta[] {
  if (values.length === 0) return [];
  return [
    [NUMBERS, values.length, values.reduce((a, b) => a + b, 0)],
    [VALUES, encodeValue(values)],
  ];
}

test('whatever is committed, committed again, made again and forgotten, each task counts once and in its place', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const ledger = createAccumulatorLedger();
      ledger.open({ ordinal: NUMBERS, kind: 'long', text: 'numbers', algebra: algebraOf('long', 'numbers', null) });
      ledger.open({ ordinal: VALUES, kind: 'collection', text: 'values', algebra: algebraOf('collection', 'values', null) });
      let last: Extract<Step, { kind: 'commit' }> | null = null;
      for (const step of steps) {
        if (step.kind === 'commit') last = step;
        if (step.kind === 'commit' || (step.kind === 'again' && last !== null)) {
          const { stage, partition, values } = last as Extract<Step, { kind: 'commit' }>;
          ledger.count({ stage, partition }, deltasOf(values));
        } else if (step.kind === 'driver') for (const ordinal of [NUMBERS, VALUES]) ledger.add(ordinal, step.value);
        else if (step.kind === 'reset') for (const ordinal of [NUMBERS, VALUES]) ledger.reset(ordinal);
        else if (step.kind === 'read') ledger.state(VALUES);
      }
      const expected = byTheWords(steps);
      expect(ledger.state(VALUES)).toEqual(expected);
      expect(ledger.state(NUMBERS)).toEqual({ count: expected.length, sum: expected.reduce((a, b) => a + b, 0) });
      expect(ledger.isZero(VALUES)).toBe(expected.length === 0);
    }),
    { numRuns: 500 },
  );
});

describe('an accumulator', () => {
  const opened = (): ReturnType<typeof createAccumulatorLedger> => {
    const ledger = createAccumulatorLedger();
    const custom = {
      zero: () => ({ sum: 0 }),
      add: (state: unknown) => state,
      merge(a: unknown, b: unknown): unknown {
        if ((b as { sum: number }).sum === 13) throw new TypeError('13 is bad luck');
        (a as { sum: number }).sum += (b as { sum: number }).sum;
        return a;
      },
    };
    ledger.open({ ordinal: 0, kind: 'custom', text: 'accumulator "luck" (job.ts:1:2)', algebra: algebraOf('custom', 'luck', custom) });
    return ledger;
  };

  test('whose merge changes what it was given reads the same again and again', () => {
    const ledger = opened();
    for (let partition = 0; partition < 3; partition++) ledger.count({ stage: 0, partition }, [[0, encodeValue({ sum: 2 })]]);
    expect([ledger.state(0), ledger.state(0)]).toEqual([{ sum: 6 }, { sum: 6 }]);
    ledger.count({ stage: 0, partition: 1 }, [[0, encodeValue({ sum: 5 })]]);
    expect([ledger.state(0), ledger.stateOf(0, 0)]).toEqual([{ sum: 9 }, { sum: 9 }]);
  });

  test('whose merge throws says which it is, as often as it is read, until it is reset', () => {
    const ledger = opened();
    ledger.count({ stage: 0, partition: 0 }, [[0, encodeValue({ sum: 13 })]]);
    const failed = {
      code: 'ACCUMULATOR_MERGE_FAILED',
      fault: 'user',
      message: 'What tasks have added to accumulator "luck" (job.ts:1:2) could not be merged: TypeError: 13 is bad luck',
    };
    for (let i = 0; i < 2; i++) expect(() => ledger.state(0)).toThrow(expect.objectContaining(failed));
    ledger.reset(0);
    expect(ledger.state(0)).toEqual({ sum: 0 });
  });

  test('of numbers is exact or fails', () => {
    const ledger = createAccumulatorLedger();
    ledger.open({
      ordinal: 0,
      kind: 'long',
      text: 'longAccumulator "n" (job.ts:1:2)',
      algebra: algebraOf('long', 'longAccumulator "n" (job.ts:1:2)', null),
    });
    ledger.count({ stage: 0, partition: 0 }, [[0, 1, 2 ** 53 - 1]]);
    expect(ledger.state(0)).toEqual({ count: 1, sum: 9007199254740991 });
    ledger.count({ stage: 0, partition: 1 }, [[0, 1, 1]]);
    expect(() => ledger.state(0)).toThrow(
      'The sum of longAccumulator "n" (job.ts:1:2) is above 2^53 - 1 in size, where whole numbers stop being exact. Use bigintAccumulator.',
    );
  });

  test('of fractions has the same sum in whatever order tasks end', () => {
    const parts = [0.1, 1e16, -1e16, 0.7];
    const sums = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
    ].map((order) => {
      const ledger = createAccumulatorLedger();
      ledger.open({ ordinal: 0, kind: 'double', text: 'x', algebra: algebraOf('double', 'x', null) });
      for (const partition of order) ledger.count({ stage: 0, partition }, [[0, 1, parts[partition] as number]]);
      return (ledger.state(0) as { sum: number }).sum;
    });
    expect(sums).toEqual([0.7, 0.7, 0.7]);
  });
});
