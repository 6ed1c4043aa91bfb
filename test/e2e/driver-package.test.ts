import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../dist/functions/driver', import.meta.url));

test('the driver function is small, and holds nothing that only sources need', () => {
  const files = readdirSync(FOLDER);
  expect(files).toEqual(expect.arrayContaining(['driver.mjs', 'driver-process.mjs', 'levin.mjs', 'runtime.mjs', 'package.json']));
  const sources = files.map((file) => readFileSync(`${FOLDER}/${file}`, 'utf8'));
  expect(sources.reduce((sum, source) => sum + deflateRawSync(source).length, 0)).toBeLessThan(800_000);
  for (const source of sources) expect(source).not.toMatch(/from\s*["'](oxc-|esbuild)/);
});

test('a job that imports levin there finds what the package has', async () => {
  const [there, here] = (await Promise.all(
    ['dist/functions/driver/levin.mjs', 'bin/index.js'].map(
      (file) => import(pathToFileURL(fileURLToPath(new URL(`../../${file}`, import.meta.url))).href),
    ),
  )) as [object, object];
  expect(Object.keys(there).toSorted()).toEqual(Object.keys(here).toSorted());
});
