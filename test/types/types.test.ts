import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Lines with an error when the file's text is checked in this folder, under the project's own settings. */
function errorLines(name: string, text: string): readonly number[] {
  const [file, config] = [`${root}test/types/${name}.ts`, `${root}test/types/${name}.json`];
  writeFileSync(file, text);
  writeFileSync(
    config,
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { paths: { levin: ['../../driver/index.ts'] } },
      include: [`${name}.ts`],
      exclude: [],
    }),
  );
  try {
    const { stdout } = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', config], { encoding: 'utf8' });
    const lines = [...stdout.matchAll(new RegExp(`${name}\\.ts\\((\\d+),`, 'g'))].map(([, line]) => Number(line));
    return [...new Set(lines)];
  } finally {
    rmSync(file);
    rmSync(config);
  }
}

const text = readFileSync(`${root}test/types/rdd.ts`, 'utf8');

test('the API is typed as test/types/rdd.ts says', () => {
  expect(errorLines('as-is', text)).toEqual([]);
});

test('every line below a @ts-expect-error is an error for a user', () => {
  const expected = text.split('\n').flatMap((line, i) => (line.includes('@ts-expect-error') && !line.startsWith('/**') ? [i + 2] : []));
  expect(expected.length).toBe(34);
  expect(errorLines('unexpected', text.replaceAll('// @ts-expect-error', '//'))).toEqual(expected);
});
