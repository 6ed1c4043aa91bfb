import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTransformCache } from '../../../../engine/closures/loading/transform-cache.ts';
import { tempProject } from './temp-project.ts';

const KEY_A = `aa${'0'.repeat(62)}`;
const KEY_B = `bb${'1'.repeat(62)}`;
const DAY_MS = 24 * 60 * 60 * 1000;

test('gives back what was put, by key, in another cache object too', () => {
  using project = tempProject({});
  const cache = createTransformCache({ folder: project.path('cache') });
  cache.put(KEY_A, { kind: 'module', code: 'export const a = "ü\\n";\n' });
  cache.put(KEY_B, { kind: 'commonjs' });
  const again = createTransformCache({ folder: project.path('cache') });
  expect([again.get(KEY_A), again.get(KEY_B), again.get(`cc${'2'.repeat(62)}`)]).toEqual([
    { kind: 'module', code: 'export const a = "ü\\n";\n' },
    { kind: 'commonjs' },
    null,
  ]);
});

test.each([
  ['truncated', (path: string) => truncateSync(path, statSync(path).size - 1)],
  ['empty', (path: string) => truncateSync(path, 0)],
  ['changed', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('const', 'konst'))],
  ['of another format', (path: string) => writeFileSync(path, 'levin-cache 0 module\nexport {};')],
])('ignores an entry that is %s, and writes it anew', (_, damage) => {
  using project = tempProject({});
  const cache = createTransformCache({ folder: project.path('cache') });
  cache.put(KEY_A, { kind: 'module', code: 'export const a = 1;' });
  damage(project.path(join('cache', 'aa', '0'.repeat(62))));
  expect(cache.get(KEY_A)).toBeNull();
  cache.put(KEY_A, { kind: 'module', code: 'export const a = 1;' });
  expect(cache.get(KEY_A)).toEqual({ kind: 'module', code: 'export const a = 1;' });
});

test('leaves no temporary file behind', () => {
  using project = tempProject({});
  createTransformCache({ folder: project.path('cache') }).put(KEY_A, { kind: 'module', code: '1' });
  expect(readdirSync(project.path('cache/aa'))).toEqual(['0'.repeat(62)]);
});

test('a folder that cannot be written costs nothing but time', () => {
  using project = tempProject({ file: 'not a folder' });
  const cache = createTransformCache({ folder: project.path('file/cache') });
  cache.put(KEY_A, { kind: 'module', code: '1' });
  expect(cache.get(KEY_A)).toBeNull();
});

test('above its size it drops what was not used for 30 days, then the oldest', () => {
  using project = tempProject({});
  const folder = project.path('cache');
  const nowMs = Date.now();
  const store = (name: string, bytes: number, unusedDays: number): void => {
    mkdirSync(join(folder, name.slice(0, 2)), { recursive: true });
    const path = join(folder, name.slice(0, 2), name.slice(2));
    writeFileSync(path, 'x'.repeat(bytes));
    utimesSync(path, (nowMs - unusedDays * DAY_MS) / 1000, (nowMs - unusedDays * DAY_MS) / 1000);
  };
  store('01unused-long', 10, 45);
  store('01unused-longer', 10, 60);
  store('02old', 400, 20);
  store('02recent', 400, 2);
  createTransformCache({ folder, maxBytes: 700, now: () => nowMs }).put(KEY_A, { kind: 'module', code: 'y' });
  expect([readdirSync(join(folder, '01')), readdirSync(join(folder, '02')), readdirSync(join(folder, 'aa'))]).toEqual([
    [],
    ['recent'],
    ['0'.repeat(62)],
  ]);
});

test('below its size it keeps what is old, and looks once a day only', () => {
  using project = tempProject({});
  const folder = project.path('cache');
  let nowMs = Date.UTC(2030, 0, 1);
  const put = (key: string, maxBytes: number): void =>
    createTransformCache({ folder, maxBytes, maxUnusedMs: DAY_MS, now: () => nowMs }).put(key, { kind: 'module', code: 'code' });
  put(KEY_A, 10_000);
  utimesSync(join(folder, 'aa', '0'.repeat(62)), 0, 0);
  utimesSync(join(folder, 'pruned'), nowMs / 1000, nowMs / 1000);
  nowMs += DAY_MS / 2;
  put(KEY_B, 10);
  expect(readdirSync(join(folder, 'aa'))).toHaveLength(1);
  nowMs += DAY_MS;
  put(KEY_B, 10);
  expect(readdirSync(join(folder, 'aa'))).toEqual([]);
});

test('reading an entry marks it as used, at most once a day', () => {
  using project = tempProject({});
  const folder = project.path('cache');
  const nowMs = Date.UTC(2030, 0, 10);
  const cache = createTransformCache({ folder, now: () => nowMs });
  cache.put(KEY_A, { kind: 'module', code: '1' });
  const path = join(folder, 'aa', '0'.repeat(62));
  utimesSync(path, (nowMs - 3 * DAY_MS) / 1000, (nowMs - 3 * DAY_MS) / 1000);
  cache.get(KEY_A);
  expect(statSync(path).mtimeMs).toBe(nowMs);
  utimesSync(path, (nowMs - 1000) / 1000, (nowMs - 1000) / 1000);
  cache.get(KEY_A);
  expect(statSync(path).mtimeMs).toBe(nowMs - 1000);
});
