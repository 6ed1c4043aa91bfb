import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../dist/functions/executor', import.meta.url));

test('the executor function is small and holds nothing that is slow to start', () => {
  const files = readdirSync(FOLDER);
  expect(files).toEqual(expect.arrayContaining(['executor.mjs', 'lambda-worker.mjs']));
  const sources = files.map((file) => readFileSync(`${FOLDER}/${file}`, 'utf8'));
  const zippedBytes = sources.reduce((sum, source) => sum + deflateRawSync(source).length, 0);
  expect(zippedBytes).toBeLessThan(600_000);
  for (const source of sources) expect(source).not.toMatch(/duckdb|ZodError|oxc-parser|esbuild/);
});
