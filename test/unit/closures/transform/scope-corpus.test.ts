import { describe, expect, test } from 'vitest';
import { resolveScopes } from '../../../../engine/closures/transform/scopes.ts';
import { corpusFiles, parseCorpusFile } from '../../../support/closures-corpus.ts';
import { oracleFacts, ownFacts } from '../../../support/closures-corpus-oracle.ts';

/** Differences we know and want, by file and reason. */
const KNOWN: Readonly<Record<string, number>> = {};

describe('scope resolver against @typescript-eslint/scope-manager', () => {
  test('agrees on every value reference of real packages', () => {
    let files = 0;
    let references = 0;
    const differences: string[] = [];
    for (const file of corpusFiles()) {
      const program = parseCorpusFile(file);
      if (program === null) continue;
      files++;
      const own = ownFacts(resolveScopes(program).references);
      const oracle = oracleFacts(program);
      references += oracle.size;
      for (const key of new Set([...own.keys(), ...oracle.keys()])) {
        if (own.get(key) === oracle.get(key)) continue;
        differences.push(`${file.path} ${key}: own ${own.get(key)}, oracle ${oracle.get(key)}`);
      }
    }
    console.log(files, references, differences.length);
    expect(differences).toEqual([]);
    expect(KNOWN).toEqual({});
  });
});
