import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { errorCode } from '../../../../engine/errors/levin-error.ts';
import { type CorpusFile, corpusFiles } from '../../../support/closures-corpus.ts';
import { transformSnippet } from './transform-snippet.ts';

const COMBINATIONS = [
  { mode: 'driver', role: 'main' },
  { mode: 'driver', role: 'module' },
  { mode: 'executor', role: 'main' },
  { mode: 'executor', role: 'module' },
] as const;

/** Every fourth file, so that all packages take part. */
const FILES = corpusFiles().filter((_file, index) => index % 4 === 0);

describe('real packages', () => {
  test.each(COMBINATIONS)('$mode output for role $role parses', ({ mode, role }) => {
    let outputs = 0;
    for (const file of FILES) {
      const code = outputOf(file, { mode, role });
      if (code === null) continue;
      outputs++;
      const lang = file.path.endsWith('.tsx') ? 'tsx' : /\.m?ts$/.test(file.path) ? 'ts' : 'jsx';
      const { errors } = parseSync(file.path, code, { lang, sourceType: 'module', showSemanticErrors: true });
      expect(errors, file.path).toEqual([]);
    }
    expect(outputs).toBeGreaterThan(500);
  });

  test('both modes find the same sites', () => {
    for (const file of FILES.filter((_file, index) => index % 8 === 0)) {
      if (outputOf(file, COMBINATIONS[0]) === null) continue;
      const [driver, executor] = (['driver', 'executor'] as const).map(
        (mode) => transformSnippet(file.code, { mode, role: 'module', file: file.path }).meta,
      );
      expect(executor).toEqual(driver);
    }
  });
});

function outputOf({ path, code }: CorpusFile, options: (typeof COMBINATIONS)[number]): string | null {
  try {
    return transformSnippet(code, { ...options, file: path }).code;
  } catch (error) {
    if (errorCode(error) === 'COMMONJS_MODULE') return null;
    throw error;
  }
}
