import fc from 'fast-check';

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double(),
  fc.constantFrom(Number.NaN, -0, 0, Infinity, -Infinity, 2 ** 53, 2 ** 31, -(2 ** 31) - 1),
  fc.constantFrom('', '1', '\0', '\0s', '\0[]', 'a', 'b', '\ud800', '\u{10000}', '\uffff'),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.constantFrom(0, 1, Number.NaN, -1).map((time) => new Date(time)),
);

/** Keys that often collide: few values, all kinds, nested. */
export const arbitraryKey: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  key: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('key'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '1', '__proto__'), tie('key'), { maxKeys: 3, noNullPrototype: false }),
})).key;

/** Equality written down a second time, without tokens: the oracle. */
export function sameKey(a: unknown, b: unknown): boolean {
  if (typeof a !== typeof b) return false;
  if (typeof a === 'number') return a === b || (Number.isNaN(a) && Number.isNaN(b));
  if (typeof a !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameKey(item, b[i]));
  if (a instanceof Date) return b instanceof Date && sameKey(a.getTime(), b.getTime());
  if (Array.isArray(b) || b instanceof Date) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b as object).length &&
    names.every((name) => Object.hasOwn(b as object, name) && sameKey(Reflect.get(a, name), Reflect.get(b as object, name)))
  );
}
