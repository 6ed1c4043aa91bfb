import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfigFile } from '../../../driver/config/load-config-file.ts';
import { errorCode } from '../../../engine/errors/levin-error.ts';
import { temporaryFolder } from '../../support/run-cli.ts';

async function load(files: Readonly<Record<string, string>>): Promise<unknown> {
  using folder = temporaryFolder('levin-config-');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  return await loadConfigFile(folder.path).catch((error: Error) => `${errorCode(error)}: ${error.message.replaceAll(folder.path, 'ROOT')}`);
}

test('no file, no settings', async () => {
  expect(await load({})).toBe(null);
});

test.each([
  ['levin.config.mts', 'export default { quiet: true } satisfies object;'],
  ['levin.config.ts', 'const quiet: boolean = true;\nexport default { quiet };'],
  ['levin.config.mjs', 'export default { quiet: true };'],
  ['levin.config.js', 'export default { quiet: true };'],
])('%s', async (name, text) => {
  expect(await load({ [name]: text })).toEqual({ name, values: { quiet: true } });
});

test.each([
  ['export const quiet = true;', 'no default export'],
  ['export default null;', 'null as its default export'],
  ['export default [];', 'a default export that is an array'],
  ['export default () => ({});', 'a default export that is a function'],
  ['export default "local";', 'a default export that is a string'],
])('%s', async (text, what) => {
  expect(await load({ 'levin.config.mjs': text })).toBe(
    `INVALID_CONFIG: ROOT/levin.config.mjs has ${what}; it must export settings: export default defineConfig({ … }).`,
  );
});

test('a file that throws is named, with its error as the cause', async () => {
  expect(await load({ 'levin.config.mjs': 'throw new Error("no such host");' })).toBe(
    'CONFIG_FILE_FAILED: The configuration file ROOT/levin.config.mjs could not be loaded: no such host',
  );
});

test('two files are one too many', async () => {
  expect(await load({ 'levin.config.ts': 'export default {};', 'levin.config.mjs': 'export default {};' })).toBe(
    'INVALID_CONFIG: There are two configuration files, ROOT/levin.config.ts and levin.config.mjs. Keep one of them.',
  );
});
