import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

test('a bundle that is not what its name says is not written', async () => {
  const objects = createMemoryObjectStore();
  await objects.put(`apps/a/code/${'0'.repeat(64)}.mjs`, CODE);
  await expect(fetchBundle(objects, folder, { appId: 'a', hash: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'BUNDLE_MISMATCH',
    message: `The executor bundle apps/a/code/${'0'.repeat(64)}.mjs has the SHA-256 ${HASH}: it was changed or damaged in the object store, so it is not run. Run the job again.`,
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('an entry has the extension of the module that names it', () => {
  expect(entryUrl('./worker-thread', 'file:///levin/functions/executor-process.ts').href).toBe('file:///levin/functions/worker-thread.ts');
  expect(entryUrl('../functions/worker-thread', 'file:///levin/dist/driver/wiring.js').href).toBe(
    'file:///levin/dist/functions/worker-thread.js',
  );
});
