import { hash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorCode, LevinError } from '../../errors/levin-error.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readShared } from '../../runtime/read-shared.ts';
import { objectKeys } from '../../types/keys.ts';
import { fileError } from './directory-errors.ts';

/**
 * Brings an executor bundle from the object store into a folder of this executor, and gives the file to import.
 * Its workers share the folder, so the file appears whole or not at all; nothing is imported that has another hash.
 */
export async function fetchBundle(
  objects: ObjectStore,
  folder: string,
  bundle: { readonly appId: string; readonly hash: string },
): Promise<URL> {
  const file = join(folder, `${bundle.hash}.mjs`);
  if ((await hashOfFile(file)) !== bundle.hash) {
    const key = objectKeys.code(bundle.appId, bundle.hash);
    await writeWhole(file, await readShared(key, () => readBundle(objects, key, bundle.hash)));
  }
  return pathToFileURL(file);
}

async function hashOfFile(file: string): Promise<string | null> {
  try {
    return hash('sha256', await readFile(file), 'hex');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}

async function readBundle(objects: ObjectStore, key: string, wanted: string): Promise<Uint8Array> {
  const code = await objects.get(key);
  const found = hash('sha256', code, 'hex');
  if (found === wanted) return code;
  throw new LevinError({
    code: 'CORRUPT_DATA',
    fault: 'internal',
    message: `The executor bundle ${key} has the SHA-256 ${found}, so it is not run.`,
  });
}

async function writeWhole(file: string, code: Uint8Array): Promise<void> {
  const partial = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(partial, code);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw fileError(error, { action: 'write', key: file, path: file });
  }
}
