import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStringOwner } from '../../../engine/runtime/blocks/own-strings.ts';

class Point {
  label = 'a label of some length';
}

test('records are what they were, whatever is in them', () => {
  const own = createStringOwner();
  const text = fc.string({ unit: fc.constantFrom('a', 'é', 'щ', '\u{1f600}', '\ud800', '\0'), maxLength: 300 });
  fc.assert(
    fc.property(
      fc.oneof(text, fc.anything({ values: [text, fc.integer(), fc.constant(null)], withDate: true, withMap: true })),
      (record) => {
        const before = structuredClone(record);
        const after = own(record);
        expect(after).toEqual(before);
        if (typeof record === 'object') expect(after).toBe(record);
      },
    ),
  );
});

test('what cannot be changed, or is nobody else to change, stays as it is', () => {
  const own = createStringOwner();
  const text = 'longer than twelve characters';
  const set: string[] = [];
  const accessor = {
    get text() {
      return text;
    },
    set text(value: string) {
      set.push(value);
    },
  };
  for (const record of [Object.freeze({ text }), Object.freeze([text]), accessor, new Point(), new Map([[text, text]])]) {
    expect(own(record)).toBe(record);
  }
  expect(set).toEqual([]);
});

test('records that hold themselves have an end', () => {
  const own = createStringOwner();
  const ring: unknown[] = ['longer than twelve characters'];
  ring.push(ring, ring, ring);
  expect(own(ring)).toBe(ring);
});
