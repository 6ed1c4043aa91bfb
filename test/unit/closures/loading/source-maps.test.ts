import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeSourceMaps, withInlineMap } from '../../../../engine/closures/loading/source-maps.ts';

const map = (lines: SourceMapSegment[][], source: string) =>
  ({ version: 3, sources: [source], names: [], mappings: encode(lines) }) as const;

test('a place of the output is traced through the middle to the original', () => {
  const inner = map([[[0, 0, 10, 4], [8, 0, 10, 20], [12]], [[2, 0, 12, 0]]], 'file:///job.ts');
  const outer = map(
    [
      [
        [0, 0, 0, 9],
        [5, 0, 0, 13],
        [7, 0, 1, 1],
        [9, 0, 1, 30],
      ],
      [],
      [[3]],
    ],
    'middle',
  );
  const composed = composeSourceMaps(outer, inner);
  expect([composed.sources, decode(composed.mappings)]).toEqual([['file:///job.ts'], [[[0, 0, 10, 20], [5], [9, 0, 12, 0]], [], []]]);
});

test('composing with a map that leaves every place alone changes nothing', () => {
  const place = fc.tuple(fc.nat(50), fc.nat(40), fc.nat(50));
  const lines = fc.array(fc.uniqueArray(place, { selector: ([column]) => column, maxLength: 8 }), { maxLength: 8 });
  const everywhere = Array.from({ length: 41 }, (_, line) =>
    Array.from({ length: 51 }, (_, column): SourceMapSegment => [column, 0, line, column]),
  );
  fc.assert(
    fc.property(lines, (places) => {
      const segments = places.map((line) =>
        line.sort((a, b) => a[0] - b[0]).map(([column, toLine, toColumn]): SourceMapSegment => [column, 0, toLine, toColumn]),
      );
      const outer = map(segments, 'middle');
      expect(decode(composeSourceMaps(outer, map(everywhere, 'x')).mappings)).toEqual(decode(outer.mappings));
    }),
  );
});

test('the inline map is the last line', () => {
  const code = withInlineMap('a();\n\n', map([[[0, 0, 0, 0]]], 'x'));
  const [first, comment, end] = code.split('\n');
  const json = Buffer.from(comment?.split('base64,')[1] ?? '', 'base64').toString();
  expect([first, json, end]).toEqual(['a();', '{"version":3,"sources":["x"],"names":[],"mappings":"AAAA"}', '']);
});
