import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

type FileName = 'job.ts' | 'util.ts' | 'consts.ts';

const BASE: Readonly<Record<FileName, string>> = {
  'job.ts': `
import { high, low, parse } from './util.ts';
const limit = 10;
const table = new Map([['a', 1]]);
const offset = 5;
const shift = (x: number) => x + offset;
const other = (x: number) => x * 2;
console.error(other(1));
export const fn = (line: string) => shift(parse(line)) + (table.get(line) ?? limit) * (high() - low());
`,
  'util.ts': `
import { BASE, UNUSED } from './consts.ts';
const settings = { trim: true };
settings.trim = false;
function clean(line: string): string {
  return settings.trim ? line.trim() : line;
}
export function parse(line: string): number {
  return Number.parseInt(clean(line), BASE);
}
export const low = () => 1;
export const high = () => 2;
export function unrelated(): number {
  return UNUSED;
}
`,
  'consts.ts': `
export const BASE = 10;
export const UNUSED = 1;
`,
};

/** One edit: file, what is replaced, by what. */
type Edit = readonly [name: string, file: FileName, from: string, to: string];

const CHANGES: readonly Edit[] = [
  ['a captured value', 'job.ts', 'limit = 10', 'limit = 11'],
  ['a constant captured by a captured function', 'job.ts', 'offset = 5', 'offset = 6'],
  ['the body of the function', 'job.ts', '?? limit', '|| limit'],
  ['the body of a captured function', 'job.ts', 'x + offset', 'x - offset'],
  ['the content of a captured Map', 'job.ts', "['a', 1]", "['a', 2]"],
  ['the imported function', 'util.ts', 'Number.parseInt(clean(line), BASE)', 'Number.parseInt(clean(line), BASE) + 1'],
  ['a function it calls in the imported module', 'util.ts', 'line.trim()', 'line.trimEnd()'],
  ['a top-level statement that mutates what that one reads', 'util.ts', 'settings.trim = false', 'settings.trim = true'],
  ['a constant two modules away', 'consts.ts', 'BASE = 10', 'BASE = 16'],
  ['two imports that swap their names', 'job.ts', '{ high, low, parse }', '{ low as high, high as low, parse }'],
];

const STAYS: readonly Edit[] = [
  ['nothing', 'job.ts', '', ''],
  ['a comment', 'job.ts', 'const limit', '// a comment\n\nconst limit'],
  ['types', 'job.ts', '(line: string) =>', '(line: any): number =>'],
  ['another function of the job', 'job.ts', 'x * 2', 'x * 3'],
  ['an unrelated export of the imported module', 'util.ts', 'return UNUSED', 'return UNUSED + 1'],
  ['an unrelated constant two modules away', 'consts.ts', 'UNUSED = 1', 'UNUSED = 2'],
  ['a new export', 'consts.ts', 'export const UNUSED', 'export const MORE = 3;\nexport const UNUSED'],
];

describe('the fingerprint of a function that reaches three files', () => {
  const edits = [...CHANGES, ...STAYS];
  const first = fingerprints(edits);
  const base = first.get('nothing');

  test.each(CHANGES.map(([name]) => name))('changes with %s', (name) => {
    expect(first.get(name)).toMatch(/^[0-9a-f]{64}$/);
    expect(first.get(name)).not.toBe(base);
  });

  test.each(STAYS.map(([name]) => name))('stays with %s', (name) => {
    expect(first.get(name)).toBe(base);
  });

  test('every change is a change of its own', () => {
    expect(new Set(first.values()).size).toBe(CHANGES.length + 1);
  });

  test('is the same in another process and another folder', () => {
    expect(fingerprints([...edits].reverse())).toEqual(new Map([...first].reverse()));
  });
});

/** Fingerprint by name of edit: each in a copy of the project, all loaded by one process. */
function fingerprints(edits: readonly Edit[]): ReadonlyMap<string, string> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'levin-fingerprints-')));
  try {
    edits.forEach(([name, file, from, to], index) => {
      const folder = join(root, `copy-${index}`);
      mkdirSync(folder);
      for (const [other, text] of Object.entries(BASE)) {
        if (other === file && !text.includes(from)) throw new Error(`the edit "${name}" does not apply`);
        writeFileSync(join(folder, other), other === file ? text.replace(from, () => to) : text);
      }
    });
    const driver = fileURLToPath(new URL('./fingerprint-driver.ts', import.meta.url));
    const run = spawnSync(process.execPath, [driver, root], { encoding: 'utf8', timeout: 120_000 });
    if (run.status !== 0) throw new Error(`The driver of the fingerprints failed:\n${run.stderr}`);
    const byFolder = JSON.parse(run.stdout) as Readonly<Record<string, string>>;
    return new Map(edits.map(([name], index) => [name, byFolder[`copy-${index}`] ?? '']));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
