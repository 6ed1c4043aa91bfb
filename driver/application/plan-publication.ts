import { LevinError } from '../../engine/errors/levin-error.ts';
import { everyPage } from '../../engine/ports/every-page.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { keyOfPath } from '../../engine/types/file-path.ts';
import { isVisibleName, manifestVersion, OUTPUT_RECORDS, pendingApp, publishedKey } from '../../engine/types/output-names.ts';
import type { SaveMode } from '../api/types.ts';
import { type ManifestFile, readOutputRecords } from '../planner/output-records.ts';
import type { PartFile } from './application.ts';

/** What is done to a folder to commit an output. Journaled before it is begun, so that any driver can finish it. */
export type Publication = {
  /** Of the manifest to be written. */
  readonly version: number;
  /** What the output is then: names in the folder. */
  readonly files: readonly { readonly [field in keyof ManifestFile]: ManifestFile[field] }[];
  /** Of those the ones that are staged. */
  readonly added: readonly string[];
  /** What goes when the manifest stands. */
  readonly removed: readonly string[];
};

export interface PlanPublication {
  readonly files: ObjectStore;
  readonly appId: string;
  readonly path: string;
  readonly mode: SaveMode;
  /** Part files of the winning attempts, in partition order. */
  readonly parts: readonly PartFile[];
}

/**
 * Looks at the folder and says what committing means there.
 *
 * ```
 *  error, ignore   the first manifest; somebody else's beside it is a conflict
 *  append          what the manifest names and the new files
 *  overwrite       the new files; whatever else lies there goes, leftovers of writers that were killed too
 * ```
 */
export async function planPublication({ files, appId, path, mode, parts }: PlanPublication): Promise<Publication> {
  const key = keyOfPath(path);
  const records = await readOutputRecords(files, key);
  const mine = parts.map((part) => ({ name: part.path.slice(path.length + 1), length: part.length, checksum: part.checksum }));
  const added = mine.map(({ name }) => name);
  const version = (records.manifest?.version ?? 0) + 1;
  switch (mode) {
    case 'error':
    case 'ignore':
      if (version > 1) throw outputConflict(path);
      return { version, files: mine, added, removed: [] };
    case 'append':
      return { version, files: [...(records.manifest?.files ?? []), ...mine], added, removed: [] };
    case 'overwrite':
      return { version, files: mine, added, removed: replaced(await namesIn(files, key), appId, new Set(added)) };
  }
}

export function outputConflict(path: string): LevinError {
  return new LevinError({
    code: 'OUTPUT_CONFLICT',
    fault: 'user',
    message: `Another application has written into ${path} at the same time and was first. Its output stands whole, nothing of this one is left there. Run this job again, or into another path.`,
  });
}

async function namesIn(files: ObjectStore, key: string): Promise<readonly string[]> {
  return (await everyPage((page) => files.list(`${key}/`, page))).map((object) => object.key.slice(key.length + 1));
}

function replaced(names: readonly string[], appId: string, added: ReadonlySet<string>): readonly string[] {
  const isLeftover = (name: string): boolean =>
    name.startsWith(OUTPUT_RECORDS) && manifestVersion(name) === null && pendingApp(name) !== appId && !added.has(publishedKey(name) ?? '');
  return names.filter((name) => (isVisibleName(name) && !added.has(name)) || isLeftover(name));
}
