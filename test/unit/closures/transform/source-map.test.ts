import { decode } from '@jridgewell/sourcemap-codec';
import { describe, expect, test } from 'vitest';
import { createSourceText, type Position } from '../../../../engine/closures/transform/source-text.ts';
import type { TransformResult } from '../../../../engine/closures/transform/transform.ts';
import { corpusFiles } from '../../../support/closures-corpus.ts';
import { transformSnippet } from './transform-snippet.ts';

const CODE = `import { a } from 'm';
const n = 1;
export function scale(xs: number[]) {
  return xs.map((x) => {
    if (x < 0) throw new Error('negative');
    return (y) => x * n + inner(y) + a;
  });
}
class C { m() { return { k: () => this, p() { return boom; } }; } }
`;

/** Every place where the word occurs, 1-based. */
function placesOf(text: string, word: string): Position[] {
  const { positionOf } = createSourceText(text);
  return [...text.matchAll(new RegExp(`(?<![\\w$])${word}(?![\\w$])`, 'g'))].map(({ index }) => positionOf(index));
}

/** Original place of a generated one, as stack traces find it: the last segment at or before the column. */
function originalOf({ map }: TransformResult, { line, column }: Position): Position | null {
  const segment = decode(map.mappings)[line - 1]?.findLast(([at]) => at <= column - 1);
  return segment === undefined || segment.length === 1 ? null : { line: segment[2] + 1, column: segment[3] + 1 };
}

describe('source maps', () => {
  const words = ['Error', 'inner', 'boom', 'scale', 'negative', 'throw'];

  test.each(words)('driver: %s', (word) => {
    const result = transformSnippet(CODE);
    const generated = placesOf(result.code, word).filter(({ line }) => line > 1 || word === 'scale');
    const originals = placesOf(CODE, word);
    expect(generated.slice(-originals.length).map((place) => originalOf(result, place))).toEqual(originals);
  });

  test('driver: lines stay where they are', () => {
    const lines = transformSnippet(CODE).code.split('\n');
    expect(lines).toHaveLength(CODE.split('\n').length);
    expect(lines.slice(1).map((line) => /\b(const|throw|return|function|class)\b/.exec(line)?.[0] ?? line.trim())).toEqual([
      'const',
      'function',
      'return',
      'throw',
      'return',
      '},__S?.[1],()=>[n]));',
      '}',
      'class',
      '',
    ]);
  });

  test.each(words.filter((word) => word !== 'scale'))('executor: every copy of %s maps to the original', (word) => {
    const result = transformSnippet(CODE, { mode: 'executor' });
    const [original] = placesOf(CODE, word);
    const generated = placesOf(result.code, word);
    expect(generated.length).toBeGreaterThan(0);
    for (const place of generated) expect(originalOf(result, place)).toEqual(original);
  });

  test('the map names the file beside the code and holds its text', () => {
    const { map } = transformSnippet(CODE, { file: 'src/job.ts' });
    expect(map).toMatchObject({ version: 3, file: 'job.ts', sources: ['job.ts'], sourcesContent: [CODE], names: [] });
  });

  test('line ends of every kind count once', () => {
    const code = 'one(() => 1);\r\ntwo(() => 2);\rthree(() => 3);\u2028four(() => 4);\nfive();';
    const result = transformSnippet(code);
    const lines = decode(result.map.mappings).map((segments) => segments.map((segment) => segment[2]));
    expect(lines.map((row) => [...new Set(row)])).toEqual([[0], [1], [2], [3], [4]]);
  });

  test('every mapped word of real files is the same word in the original', () => {
    let words = 0;
    for (const { path, code } of corpusFiles(['node_modules/zod/src', 'node_modules/@jridgewell/trace-mapping/src'])) {
      for (const options of [{ mode: 'driver' }, { mode: 'executor', role: 'module' }, { mode: 'executor' }] as const) {
        const result = transformSnippet(code, { ...options, file: path });
        words += countWords(result, code);
      }
    }
    expect(words).toBeGreaterThan(100_000);
  });
});

/** Checks that generated and original text agree at each segment that begins a word. */
function countWords({ code, map }: TransformResult, original: string): number {
  const [generatedLines, originalLines] = [code.split('\n'), original.split('\n')];
  let words = 0;
  decode(map.mappings).forEach((segments, line) => {
    for (const segment of segments) {
      if (segment.length === 1) continue;
      const word = /^\w+/.exec(generatedLines[line]?.slice(segment[0]) ?? '')?.[0];
      if (word === undefined) continue;
      words++;
      if (!originalLines[segment[2]]?.startsWith(word, segment[3]))
        throw new Error(`${word} at ${line + 1}:${segment[0] + 1} is mapped to another word`);
    }
  });
  return words;
}
