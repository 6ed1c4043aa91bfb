import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchBundle } from '../../../engine/adapters/local/code-folder.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { entryUrl } from '../../../engine/runtime/supervisor/entry-url.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'levin-code-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CODE = new TextEncoder().encode('export const modules = {};');
const HASH = createHash('sha256').update(CODE).digest('hex');

test('a bundle is fetched once, whole, and only under its own hash', async () => {
  const objects = createMemoryObjectStore();
  await objects.put(`apps/a/code/${HASH}.mjs`, CODE);
  const urls = await Promise.all([1, 2, 3].map(() => fetchBundle(objects, folder, { appId: 'a', hash: HASH })));
  expect(new Set(urls.map(({ href }) => href)).size).toBe(1);
  expect(readdirSync(folder)).toEqual([`${HASH}.mjs`]);
  expect(readFileSync(urls[0] as URL, 'utf8')).toBe('export const modules = {};');
});

test('a bundle that was changed on disk is fetched again', async () => {
  const objects = createMemoryObjectStore();
  await objects.put(`apps/a/code/${HASH}.mjs`, CODE);
  const file = await fetchBundle(objects, folder, { appId: 'a', hash: HASH });
  writeFileSync(file, 'export const modules = { evil: 1 };');
  await fetchBundle(objects, folder, { appId: 'a', hash: HASH });
  expect(readFileSync(file, 'utf8')).toBe('export const modules = {};');
});

test('a bundle that is not what its name says is not written', async () => {
  const objects = createMemoryObjectStore();
  await objects.put(`apps/a/code/${'0'.repeat(64)}.mjs`, CODE);
  await expect(fetchBundle(objects, folder, { appId: 'a', hash: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'SHARED_LOST',
    message: `The object apps/a/code/${'0'.repeat(64)}.mjs, which tasks share, is lost or damaged: The executor bundle apps/a/code/${'0'.repeat(64)}.mjs has the SHA-256 ${HASH}, so it is not run. Something deletes or changes files in the state folder.`,
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('a bundle that cannot be written names the file', async () => {
  const objects = createMemoryObjectStore();
  await objects.put(`apps/a/code/${HASH}.mjs`, CODE);
  writeFileSync(join(folder, 'file'), '');
  const below = join(folder, 'file/code');
  await expect(fetchBundle(objects, below, { appId: 'a', hash: HASH })).rejects.toMatchObject({
    code: 'NOT_A_DIRECTORY',
    message: `Cannot write ${below}/${HASH}.mjs: one of its folders is a file. Choose another path, or move that file away.`,
  });
});

test('an entry has the extension of the module that names it', () => {
  expect(entryUrl('./worker-thread', 'file:///levin/functions/executor-process.ts').href).toBe('file:///levin/functions/worker-thread.ts');
  expect(entryUrl('../functions/worker-thread', 'file:///levin/dist/driver/wiring.js').href).toBe(
    'file:///levin/dist/functions/worker-thread.js',
  );
});
