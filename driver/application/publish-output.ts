import { posix } from 'node:path';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { PartFile } from './application.ts';

/** Names that a sink writes besides its part files. */
const MANIFEST = '_manifest.json';
const SUCCESS = '_SUCCESS';

/** Refuses an output folder that is there, empty or not, and a file in its place. */
export async function checkOutput(files: ObjectStore, path: string): Promise<void> {
  const page = await files.list(keyOf(`${path}/`), { limit: 1 });
  if (page.objects.length === 0 && !(await isThere(files, path))) return;
  throw new LevinError({
    code: 'OUTPUT_EXISTS',
    fault: 'user',
    message: `Output path exists already: ${path}. Choose another one or delete it first; nothing was written.`,
  });
}

async function isThere(files: ObjectStore, path: string): Promise<boolean> {
  try {
    await files.head(keyOf(path));
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'OBJECT_NOT_FOUND') return false;
    if (code === 'IS_A_DIRECTORY') return true;
    throw error;
  }
}

export interface PublishOutput {
  readonly files: ObjectStore;
  readonly path: string;
  /** Part files of the winning attempts, in partition order. */
  readonly parts: readonly PartFile[];
  /** The attempt was launched by this application: only its files are ever deleted. */
  readonly isOwnAttempt: (attemptId: string) => boolean;
}

/**
 * Makes the part files of the winning attempts the content of the folder.
 *
 * ```
 *  part-00000-<attempt> …   written by tasks, winners and losers
 *  _manifest.json           names the winners: from here on levin's readers see the output, whole
 *  (this application's losers deleted)
 *  _SUCCESS                 for other readers
 * ```
 * Doing it again gives the same folder.
 */
export async function publishOutput({ files, path, parts, isOwnAttempt }: PublishOutput): Promise<void> {
  const names = parts.map((part) => ({ name: posix.relative(path, part.path), length: part.length, checksum: part.checksum }));
  await files.put(keyOf(`${path}/${MANIFEST}`), new TextEncoder().encode(`${JSON.stringify({ version: 1, files: names }, null, 1)}\n`));
  const winners = new Set(parts.map((part) => keyOf(part.path)));
  const losers: string[] = [];
  let after: string | undefined;
  do {
    const page = await files.list(keyOf(`${path}/part-`), after === undefined ? {} : { after });
    losers.push(
      ...page.objects.map(({ key }) => key).filter((key) => !winners.has(key) && isOwnAttempt(key.slice(key.lastIndexOf('-') + 1))),
    );
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
