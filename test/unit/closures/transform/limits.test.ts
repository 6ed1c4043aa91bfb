import { describe, expect, test } from 'vitest';
import { transformSnippet } from './transform-snippet.ts';

const MODES = ['driver', 'executor'] as const;

describe('deep code', () => {
  const rows: readonly (readonly [title: string, code: string])[] = [
    ['5,000 operands', `const f = (x) => ${Array.from({ length: 5_000 }, () => 'x').join(' + ')};`],
    ['20,000 operands', `const f = (x) => ${Array.from({ length: 20_000 }, () => 'x').join(' + ')};`],
    ['5,000 chained calls', `const f = (rdd) => rdd${'.map(String)'.repeat(5_000)};`],
    ['2,000 chained closures', `const f = (rdd) => rdd${'.map((x) => x)'.repeat(2_000)};`],
    ['1,000 else-ifs', `const f = (x) => { ${'if (x) x; else '.repeat(1_000)} x; };`],
    ['500 nested arrays', `const f = () => ${'['.repeat(500)}${']'.repeat(500)};`],
    ['100 nested arrows', `const f = ${'(x) => '.repeat(100)}x;`],
  ];
  test.each(rows)('%s', (_title, code) => {
    for (const mode of MODES) {
      for (const role of ['main', 'module'] as const) expect(transformSnippet(code, { mode, role }).meta.sites[0]?.name).toBe('f');
    }
  });
});
