import { posix } from 'node:path';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { PartFile } from './application.ts';

/** Names that a sink writes besides its part files. */
const MANIFEST = '_manifest.json';
const SUCCESS = '_SUCCESS';

/** Refuses an output folder that holds anything. */
export async function checkOutput(files: ObjectStore, path: string): Promise<void> {
  const page = await files.list(keyOf(`${path}/`), { limit: 1 });
  const file = await files.head(keyOf(path)).then(
    () => true,
    () => false,
  );
  if (page.objects.length === 0 && !file) return;
  throw new LevinError({
    code: 'OUTPUT_EXISTS',
    fault: 'user',
    message: `Output path exists already: ${path}. Choose another one or delete it first; nothing was written.`,
  });
}

/**
 * Makes the part files of the winning attempts the content of the folder.
 *
 * ```
 *  part-00000-<attempt> …   written by tasks, winners and losers
 *  _manifest.json           names the winners: from here on levin's readers see the output, whole
 *  (losers deleted)
 *  _SUCCESS                 for other readers
 * ```
 * Doing it again gives the same folder.
 */
export async function publishOutput(files: ObjectStore, path: string, parts: readonly PartFile[]): Promise<void> {
  const names = parts.map((part) => ({ name: posix.relative(path, part.path), length: part.length, checksum: part.checksum }));
  await files.put(keyOf(`${path}/${MANIFEST}`), new TextEncoder().encode(`${JSON.stringify({ version: 1, files: names }, null, 1)}\n`));
  const winners = new Set(parts.map((part) => keyOf(part.path)));
  const losers: string[] = [];
  let after: string | undefined;
  do {
    const page = await files.list(keyOf(`${path}/part-`), after === undefined ? {} : { after });
    for (const { key } of page.objects) if (!winners.has(key)) losers.push(key);
    after = page.next ?? undefined;
  } while (after !== undefined);
  const { failed } = await files.deleteMany(losers);
  if (failed.length > 0) {
    throw new LevinError({
      code: 'OUTPUT_NOT_CLEAN',
      fault: 'transient',
      message: `${failed.length} files of failed attempts could not be deleted from ${path} (${failed[0]?.message}); _SUCCESS was not written. Levin reads the folder right by its manifest.`,
    });
  }
  await files.put(keyOf(`${path}/${SUCCESS}`), new Uint8Array());
}

function keyOf(path: string): string {
  return path.replace(/^\/+/, '');
}
