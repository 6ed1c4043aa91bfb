import { LevinError } from '../../engine/errors/levin-error.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import { keyOfPath } from '../../engine/types/file-path.ts';
import { attemptOf, pendingName, SUCCESS } from '../../engine/types/output-names.ts';
import { encodeManifest, putManifest, putSuccess, readOutputRecords } from '../planner/output-records.ts';
import type { OutputFolders } from './output-folder.ts';
import { outputConflict, type Publication } from './plan-publication.ts';

/** Renames, or completed uploads, in flight. */
const CONCURRENT_PUBLISHES = 16;

export interface PublishOutput extends OutputFolders {
  readonly path: string;
  readonly ordinal: number;
  readonly publication: Publication;
  /** Fails with `LEASE_LOST`: a driver that was taken over from does nothing more to the folder. */
  readonly checkLease: () => Promise<void>;
}

/**
 * Carries out a publication that stands in the journal. Doing it again, or going on where another driver was killed, gives the same folder.
 *
 * ```
 *  _SUCCESS away         when something was there: other readers can tell
 *  staged ─▶ visible     each at once, one after the other: the window in which other readers see a part
 *  manifest-<version>    if absent: from here on levin's readers see the output, whole
 *  leftovers away        replaced files, older manifests, losers, our mark
 *  _SUCCESS              for other readers
 * ```
 */
export async function publishOutput(publish: PublishOutput): Promise<void> {
  const { files, staged, path, publication, checkLease } = publish;
  const key = keyOfPath(path);
  await checkLease();
  if (publication.version > 1 || publication.removed.length > 0) await remove(publish, [SUCCESS]);
  const lost = await mapBounded(publication.added, { concurrency: CONCURRENT_PUBLISHES }, async (name) =>
    (await staged.publish(`${key}/${name}`)) ? [] : [name],
  );
  if (lost.flat().length > 0) throw await notThere(publish, lost.flat());
  await checkLease();
  const { committed, names } = await writeManifest(publish);
  if (!committed) {
    await checkLease();
    await remove(publish, [...publication.added.filter((name) => !names.has(name)), pendingName(publish.appId, publish.ordinal)]);
    throw outputConflict(path);
  }
  await checkLease();
  await clean(publish);
  await putSuccess(files, key);
}

/** The names that the folder's manifest has now; the publication's are among them, unless somebody else was first. */
async function writeManifest({
  files,
  path,
  publication,
}: PublishOutput): Promise<{ readonly committed: boolean; readonly names: ReadonlySet<string> }> {
  const key = keyOfPath(path);
  const body = encodeManifest(publication.files);
  const before = (await readOutputRecords(files, key)).manifest;
  // A higher one: this publication was committed long ago, and more was appended to it; or it never was.
  if ((before?.version ?? 0) < publication.version) await putManifest(files, { folder: key, version: publication.version, body });
  const { manifest } = await readOutputRecords(files, key);
  const names = new Set(manifest?.files.map(({ name }) => name));
  const same = manifest !== null && Buffer.compare(encodeManifest(manifest.files), body) === 0;
  const later = manifest !== null && manifest.version > publication.version;
  return { committed: later ? publication.added.every((name) => names.has(name)) : same, names };
}

async function clean(publish: PublishOutput): Promise<void> {
  const { files, staged, path, publication, isOwnAttempt } = publish;
  const key = keyOfPath(path);
  const losers = (await staged.list(key)).filter((file) => isOwnAttempt(attemptOf(file) ?? ''));
  const { failed } = await staged.discard(key, losers);
  const { older } = await readOutputRecords(files, key);
  await remove(publish, [...publication.removed, ...older, pendingName(publish.appId, publish.ordinal)], failed);
}

async function remove(
  { files, path }: PublishOutput,
  names: readonly string[],
  before: readonly { readonly message: string }[] = [],
): Promise<void> {
  const { failed } = await files.deleteMany(names.map((name) => `${keyOfPath(path)}/${name}`));
  const all = [...before, ...failed];
  if (all.length === 0) return;
  throw new LevinError({
    code: 'OUTPUT_NOT_CLEAN',
    fault: 'transient',
    message: `${all.length} files that are no part of the output could not be deleted from ${path} (${all[0]?.message}); _SUCCESS was not written. Levin reads the folder right by its manifest.`,
  });
}

async function notThere({ files, path }: PublishOutput, lost: readonly string[]): Promise<LevinError> {
  const { manifest } = await readOutputRecords(files, keyOfPath(path)).catch(() => ({ manifest: null }));
  const since = manifest === null ? '' : ` Another application has written into it since (version ${manifest.version}).`;
  return new LevinError({
    code: 'OUTPUT_LOST',
    fault: 'user',
    message: `${lost.length} files of the output ${path} were written and are gone before they could be published, ${lost[0]} the first.${since} Something else deletes files there; run the job again without --app.`,
  });
}
