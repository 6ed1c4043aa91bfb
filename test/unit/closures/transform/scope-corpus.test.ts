import { expect, test } from 'vitest';
import { resolveScopes } from '../../../../engine/closures/transform/scopes.ts';
import { corpusFiles, parseCorpusFile } from '../../../support/closures-corpus.ts';
import { oracleFacts, ownFacts } from '../../../support/closures-corpus-oracle.ts';

test('the scope resolver agrees with @typescript-eslint/scope-manager on every value reference of real packages', () => {
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
  expect(differences).toEqual([]);
  expect(files).toBeGreaterThan(2000);
  expect(references).toBeGreaterThan(300_000);
});
