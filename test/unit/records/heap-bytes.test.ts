import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heapBytesOf } from '../../../engine/records/heap-bytes.ts';
import { createSizeTracker } from '../../../engine/records/size-tracker.ts';
import { CUT_SHAPES, RECORD_SHAPES } from '../../support/heap/record-shapes.ts';

const MEASURE = fileURLToPath(new URL('../../support/heap/measure-heap.ts', import.meta.url));
/** Estimates are right within this factor, both ways. */
const FACTOR = 1.75;

describe('the size of a value', () => {
  test('is what V8 takes for it, about', () => {
    const printed = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', MEASURE], { encoding: 'utf8' });
    const rows = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; kind: string; measured: number; estimated: number });
    expect(rows).toHaveLength(RECORD_SHAPES.length * 2 + CUT_SHAPES.length);
    const wrong = rows.filter(({ measured, estimated }) => estimated > measured * FACTOR || measured > estimated * FACTOR);
    expect(wrong).toEqual([]);
  });

  test.each<[string, unknown, number]>([
    ['small integers are in the pointer', 7, 0],
    ['one character is shared', 'x', 0],
    ['text by one byte a character', 'twelve chars', 32],
    ['text by two', 'двенадцать букв', 48],
    ['a wide character late in a long text', `${'a'.repeat(640)}щ`, 1304],
    ['an empty array', [], 48],
    ['a pair', ['ab', 1], 88],
    ['a buffer', Buffer.alloc(1000), 1200],
    ['nothing', null, 0],
    ['what is unknown', () => 1, 0],
  ])('%s', (_, value, bytes) => {
    expect(heapBytesOf(value)).toBe(bytes);
  });

  test('ends for cyclic and for endless structures', () => {
    const ring: unknown[] = [];
    ring.push(ring, ring, ring);
    expect(heapBytesOf(ring)).toBeLessThan(1_000_000);
    let deep: unknown = 'end';
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    expect(heapBytesOf(deep)).toBeGreaterThan(3_000);
  });

  test('of a long array comes from a sample of it', () => {
    const looked: true[] = [];
    const element = (): object => Object.defineProperty({}, 'x', { enumerable: true, get: () => void looked.push(true) });
    const bytes = heapBytesOf(Array.from({ length: 100_000 }, element));
    expect([looked.length <= 64, bytes]).toEqual([true, 48 + 100_000 * (8 + 32)]);
  });
});

describe('a size tracker', () => {
  test('is near the sum of all changes, whatever their sizes, and measures few of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2_000, max: 20_000 }),
        (sizes, n) => {
          const tracker = createSizeTracker();
          let sum = 0;
          let measured = 0;
          for (let i = 0; i < n; i += 1) {
            const size = sizes[i % sizes.length] as number;
            sum += size;
            tracker.countdown -= 1;
            if (tracker.countdown > 0) continue;
            measured += 1;
            tracker.measured(size);
          }
          expect(measured).toBeLessThan(60 + n / 20);
          expect(tracker.bytes).toBeGreaterThan(sum * 0.5);
          expect(tracker.bytes).toBeLessThan(sum * 1.6);
        },
      ),
    );
  });

  test('begins again from nothing', () => {
    const tracker = createSizeTracker();
    expect(tracker.countdown).toBe(1);
    expect(tracker.measured(100)).toBe(100);
    tracker.clear();
    expect([tracker.bytes, tracker.countdown]).toEqual([0, 1]);
  });
});
