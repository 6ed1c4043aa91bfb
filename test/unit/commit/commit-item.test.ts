import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCommitItem, encodeCommitItem, MAX_COMMIT_ITEM_BYTES, MAX_INLINE_BLOCK_BYTES } from '../../../engine/runtime/commit-item.ts';
import { packNumbers, unpackNumbers } from '../../../engine/runtime/packed-numbers.ts';
import type { TaskMetrics, TaskOutput } from '../../../engine/types/task.ts';
import { attemptA, metrics, shuffleOutput, task } from './commit-shapes.ts';

describe('packed numbers', () => {
  test('are base64 of varints', () => {
    expect(packNumbers([0, 1, 127, 128, 300])).toBe('AAF/gAGsAg==');
    expect(packNumbers([2 ** 53 - 1])).toBe('/////////w8=');
  });

  test('come back unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), (numbers) => {
        expect(unpackNumbers(packNumbers(numbers))).toEqual(numbers);
      }),
    );
  });

  test('that are cut off are an error', () => {
    expect(() => unpackNumbers('AAGs')).toThrow('A commit item holds "AAGs", and these are no packed numbers. Run the job again.');
  });

  test.each([[-1], [0.5], [Number.NaN], [2 ** 53]])('refuse %s', (number) => {
    expect(() => packNumbers([number])).toThrow(
      `A commit item cannot hold the number ${number}: counts, sizes and steps between offsets are non-negative safe integers.`,
    );
  });
});

describe('commit items', () => {
  test('of a shuffle output leave out the canonical key', () => {
    const output = shuffleOutput(attemptA, [16, 16, 300, 301]);
    expect(encodeCommitItem(task, { attemptId: attemptA, generation: 2, output, metrics })).toEqual({
      generation: 2,
      winner: attemptA,
      k: 'shuffle',
      at: null,
      o: 'EACcAgE=',
      c: '00ff00ff00ff00ff',
      m: 'wIQ9gICAGecHuWAAAIDkl9ASB9IJgOWadyIBgNCs8w6AmJq8BAM=',
    });
  });

  test('leave out offsets that do not fit: readers take them from the tail', () => {
    const offsets = Array.from({ length: 1001 }, (_, i) => i * 20_000);
    const item = encodeCommitItem(task, { attemptId: attemptA, generation: 0, output: shuffleOutput(attemptA, offsets), metrics });
    expect(item).toHaveProperty('o', null);
    const record = decodeCommitItem(task, item);
    expect(record).toMatchObject({ generation: 0, winner: attemptA, output: { kind: 'shuffle', offsets: null } });
  });

  test('refuse an inline block above the limit', () => {
    const output: TaskOutput = { kind: 'inline', block: new Uint8Array(513), checksum: 'c' };
    expect(() => encodeCommitItem(task, { attemptId: attemptA, generation: 0, output, metrics })).toThrow(
      'The output of partition 7 of stage 0123456789abcdef0123456789abcdef is 513 bytes inline; at most 512 fit into a commit item. Larger blocks go into an object.',
    );
  });

  test('of a raised generation have no winner', () => {
    expect(decodeCommitItem(task, { generation: 3, winner: null })).toEqual({ generation: 3, winner: null });
  });

  test.each([
    [{ winner: null }, 'generation = undefined'],
    [{ generation: 0, winner: 'x', m: '', c: 'c', k: 'cube' }, 'output kind "cube"'],
    [{ generation: 0, winner: 'x', m: '', c: 1, k: 'none' }, 'c = 1'],
  ])('that levin did not write are refused: %j', (item, what) => {
    expect(() => decodeCommitItem(task, item as never)).toThrow(
      `The commit item of partition 7 of stage 0123456789abcdef0123456789abcdef cannot be read: ${what}. It was not written by this version of levin; start a new application.`,
    );
  });
});

const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length });
const anyTask = fc.record({ appId: hex(32), stageId: hex(32), partition: fc.nat(1_000_000) });
const anyMetrics: fc.Arbitrary<TaskMetrics> = fc.record(
  Object.fromEntries(Object.keys(metrics).map((name) => [name, fc.nat(2 ** 43)])) as { [K in keyof TaskMetrics]: fc.Arbitrary<number> },
);
const anyOffsets = fc.array(fc.oneof(fc.constant(0), fc.nat(2000), fc.nat(2 ** 40)), { maxLength: 3000, size: 'max' }).map((steps) => {
  let offset = 0;
  return [0, ...steps.map((step) => (offset += step))];
});

function anyOutput(app: { appId: string; stageId: string; partition: number }, attemptId: string): fc.Arbitrary<TaskOutput> {
  const checksum = fc.oneof(hex(8), hex(16), hex(32));
  const name = `${app.stageId}/${app.partition}-${attemptId}`;
  return fc.oneof(
    fc.record({ kind: fc.constant('none' as const), checksum }),
    fc.record({ kind: fc.constant('inline' as const), block: fc.uint8Array({ maxLength: MAX_INLINE_BLOCK_BYTES, size: 'max' }), checksum }),
    fc.record({
      kind: fc.constant('object' as const),
      key: fc.constant(`apps/${app.appId}/results/${name}`),
      length: fc.nat(2 ** 43),
      checksum,
    }),
    fc.record({ kind: fc.constant('object' as const), key: fc.string({ minLength: 1, maxLength: 80 }), length: fc.nat(2 ** 43), checksum }),
    fc.record({
      kind: fc.constant('file' as const),
      path: fc.string({ minLength: 1, maxLength: 200 }).map((p) => `/${p}`),
      length: fc.nat(2 ** 43),
      checksum,
    }),
    fc.record({
      kind: fc.constant('shuffle' as const),
      key: fc.constant(`apps/${app.appId}/shuffle/${name}`),
      offsets: anyOffsets,
      checksum,
    }),
  );
}

/** As a runner that delivers once has it, or one that may deliver twice. */
const anyAttempt = fc.oneof(
  hex(32),
  fc.tuple(hex(32), hex(8)).map((parts) => parts.join('_')),
);

const anyCommit = fc.tuple(anyTask, anyAttempt).chain(([app, attemptId]) =>
  fc.record({
    app: fc.constant(app),
    attemptId: fc.constant(attemptId),
    generation: fc.nat(1000),
    output: anyOutput(app, attemptId),
    metrics: anyMetrics,
    inputDigest: hex(16),
  }),
);

test('a commit item has at most 1 KB, and everything but too many offsets comes back', () => {
  let withOffsets = 0;
  let withoutOffsets = 0;
  fc.assert(
    fc.property(anyCommit, ({ app, ...result }) => {
      const item = encodeCommitItem(app, result);
      const json = JSON.stringify(item);
      expect(new TextEncoder().encode(json).length).toBeLessThanOrEqual(MAX_COMMIT_ITEM_BYTES);
      const record = decodeCommitItem(app, JSON.parse(json));
      if (record.winner === null) throw new Error('the winner is lost');
      const dropped = record.output.kind === 'shuffle' && record.output.offsets === null;
      if (dropped) withoutOffsets++;
      else if (record.output.kind === 'shuffle') withOffsets++;
      const expected = dropped ? { ...result.output, offsets: null } : result.output;
      expect(record).toEqual({
        generation: result.generation,
        winner: result.attemptId,
        output: expected,
        metrics: result.metrics,
        inputDigest: result.inputDigest,
      });
    }),
    // To shrink thousands of offsets takes longer than anybody waits.
    { numRuns: 300, endOnFailure: true },
  );
  expect(withOffsets).toBeGreaterThan(0);
  expect(withoutOffsets).toBeGreaterThan(0);
});
