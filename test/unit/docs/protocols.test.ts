import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DEADLOCKS, MODEL_CHECKS } from '../../../scripts/model-checks.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(`${root}docs/protocols.md`, 'utf8');
const models = new Map(
  readdirSync(`${root}protocols`).map((file) => [file.replace('.pml', ''), readFileSync(`${root}protocols/${file}`, 'utf8')]),
);

const actions = [...page.matchAll(/^\| ([^|]+?) \| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$/gm)].map(([, letter, file, name]) => ({
  letter,
  file,
  name,
}));

/** `O3 – O7`: O3, O4, O5, O6, O7. */
function lettersOf(range: string): readonly string[] {
  const [from, to] = [...range.matchAll(/([A-Z])(\d*)/g)].map(([, letter, number]) => [letter as string, Number(number)] as const);
  if (from === undefined) return [];
  if (to === undefined) return [range];
  return Array.from({ length: to[1] - from[1] + 1 }, (_, i) => `${from[0]}${from[1] + i}`);
}

describe('docs/protocols.md and the models', () => {
  test.each(actions)('$letter: $file has $name', ({ file, name }) => {
    expect(readFileSync(`${root}${file}`, 'utf8')).toMatch(new RegExp(`^export (async )?function ${name}\\(`, 'm'));
  });

  test('every action of the models is in the table, and the other way round', () => {
    const inModels = [...models.values()].flatMap((text) => [...text.matchAll(/\/\* ([A-Z]\d?): /g)].map(([, letter]) => letter as string));
    const short = [...(models.get('output') as string).matchAll(/\/\* (O\d) \*\//g)].map(([, letter]) => letter as string);
    const inTable = actions.flatMap(({ letter }) => lettersOf(letter as string));
    expect([...new Set([...inModels, ...short])].sort()).toEqual([...new Set(inTable)].sort());
  });

  test('every rule that can be taken away is taken away in some check, and every model is checked as it is', () => {
    for (const [model, text] of models) {
      const flags = [...text.matchAll(/(?:ifn?def |defined\()([A-Z_]+)/g)].map(([, flag]) => flag as string);
      const checks = MODEL_CHECKS.filter((check) => check.model === model);
      expect([model, [...new Set(checks.flatMap((check) => check.flags))].sort()]).toEqual([model, [...new Set(flags)].sort()]);
      expect(checks.some((check) => check.flags.length === 0 && check.breaks === null)).toBe(true);
    }
  });

  test('every property that a check names stands at an assertion of its model', () => {
    for (const { model, breaks } of MODEL_CHECKS) {
      if (breaks === null || DEADLOCKS[model] === breaks) continue;
      expect([model, (models.get(model) as string).includes(`/* ${breaks} */`)]).toEqual([model, true]);
    }
  });
});
