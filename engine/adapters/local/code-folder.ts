import { hash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LevinError } from '../../errors/levin-error.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { objectKeys } from '../../types/keys.ts';

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
  if (!existsSync(file)) {
    const key = objectKeys.code(bundle.appId, bundle.hash);
    const code = await objects.get(key);
    const found = hash('sha256', code, 'hex');
    if (found !== bundle.hash) throw wrongBundle(key, found);
    await mkdir(folder, { recursive: true });
    const partial = `${file}.${randomBytes(6).toString('hex')}`;
    await writeFile(partial, code);
    await rename(partial, file);
  }
  return pathToFileURL(file);
}

function wrongBundle(key: string, found: string): LevinError {
  return new LevinError({
    code: 'BUNDLE_MISMATCH',
    fault: 'internal',
    message: `The executor bundle ${key} has the SHA-256 ${found}: it was changed or damaged in the object store, so it is not run. Run the job again.`,
  });
}
