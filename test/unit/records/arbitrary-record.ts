import fc from 'fast-check';

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.string({ unit: 'binary-ascii', minLength: 30, maxLength: 70 }),
  fc
    .tuple(fc.constantFrom('a', 'é', '€', '😀', '\ufeff', '\ud83d', '\0'), fc.constantFrom(1, 31, 32, 63, 64, 255, 256, 300))
    .map(([unit, n]) => unit.repeat(n)),
);

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, Number.NaN, 2 ** 53, -(2 ** 53), Number.MIN_VALUE, Infinity, -Infinity),
  fc
    .tuple(fc.constantFrom(5, 6, 7, 8, 15, 16, 31, 32, 63), fc.integer({ min: -1, max: 1 }), fc.boolean())
    .map(([power, d, minus]) => (2 ** power + d) * (minus ? -1 : 1)),
);

const scalar = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.bigInt(),
  fc.constantFrom(2n ** 63n, 2n ** 63n - 1n, 2n ** 64n, 2n ** 64n - 1n, -(2n ** 63n), -(2n ** 63n) - 1n),
  fc.date({ noInvalidDate: false }),
);

const name = fc.oneof(fc.constantFrom('a', 'b', 'id', '__proto__', '1', '', 'constructor', 'toJSON', 'hasOwnProperty', 'length'), text);

/** Any plain data: strings that are hard on encoders, numbers at the limits, arrays and objects of these. */
export const plainRecord: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('array'), tie('object')),
  array: fc.oneof(fc.array(tie('value'), { maxLength: 5 }), fc.array(tie('value'), { minLength: 16, maxLength: 18 })),
  object: fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).value;

/** Plain data, and everything else that built-in types offer: Map, Set, typed arrays, null prototypes, holes, shared objects. */
export const builtInRecord: fc.Arbitrary<unknown> = fc.oneof(
  plainRecord,
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: false,
  }),
  fc.anything({ withMap: true, maxDepth: 2 }).map((shared) => [shared, { again: shared }]),
);
