import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import { nullIfMissing } from '../../engine/ports/null-if-missing.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { pathOfKey } from '../../engine/types/file-path.ts';
import { manifestName, manifestVersion, OUTPUT_RECORDS, pendingApp, SUCCESS } from '../../engine/types/output-names.ts';

/** One file of an output; `checksum` is null for a file that was there before levin wrote into the folder. */
export interface ManifestFile {
  readonly name: string;
  readonly length: number;
  readonly checksum: string | null;
}

export interface OutputManifest {
  /** 1 for the first output in the folder, one more for each that was written over it or added to it. */
  readonly version: number;
  readonly files: readonly ManifestFile[];
}

/** What levin has noted in a folder. */
export interface OutputRecords {
  /** Null: nothing was committed here. */
  readonly manifest: OutputManifest | null;
  /** Applications that write here, or did until they were killed. */
  readonly pending: readonly string[];
  /** Manifests that have been replaced, as names in the folder. */
  readonly older: readonly string[];
}

/** Only ever raised: a manifest of another format is refused. */
const FORMAT = 1;

export function encodeManifest(files: readonly ManifestFile[]): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, files }, null, 1)}\n`);
}

/** Writes a manifest unless one of that number is there. */
export function putManifest(
  files: ObjectStore,
  { folder, version, body }: { readonly folder: string; readonly version: number; readonly body: Uint8Array },
): Promise<void> {
  return putUnlessThere(files, `${folder}/${manifestName(version)}`, body);
}

/**
 * Tells other readers that the folder is whole. The mark goes and comes again with each output, unlike all else under a key: a put that is sent twice
 * could bring it back late, beside the half of the next output. One that is conditional is sent once.
 */
export function putSuccess(files: ObjectStore, folder: string): Promise<void> {
  return putUnlessThere(files, `${folder}/${SUCCESS}`, new Uint8Array());
}

async function putUnlessThere(files: ObjectStore, key: string, body: Uint8Array): Promise<void> {
  try {
    await files.put(key, body, { ifAbsent: true });
  } catch (error) {
    // Without hard links there is no "if absent": two writers at the same moment are then not told apart, everything else holds.
    if (errorCode(error) !== 'LINKS_UNSUPPORTED') throw error;
    await files.put(key, body);
  }
}

/** Reads the records of a folder (its key without a slash at the end). The manifest with the highest number counts. */
export async function readOutputRecords(files: ObjectStore, folder: string): Promise<OutputRecords> {
  for (;;) {
    const names = await recordNames(files, folder);
    const manifests = names.filter((name) => manifestVersion(name) !== null);
    const newest = manifests.at(-1);
    const rest = { pending: names.map(pendingApp).filter((app) => app !== null), older: manifests.slice(0, -1) };
    if (newest === undefined) return { manifest: null, ...rest };
    const text = await textOrNull(files, `${folder}/${newest}`);
    // Gone: a newer one has replaced it since.
    if (text !== null) return { manifest: { version: manifestVersion(newest) as number, files: filesOf(folder, text) }, ...rest };
  }
}

/** Manifests and marks; staged files, of which there may be many, sort behind them and are not asked for. */
async function recordNames(files: ObjectStore, folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<ObjectStore['list']>> = await files.list(`${folder}/${OUTPUT_RECORDS}`, after === null ? {} : { after });
    const found = page.objects.map(({ key }) => key.slice(folder.length + 1));
    const records = found.filter((name) => manifestVersion(name) !== null || pendingApp(name) !== null);
    names.push(...records);
    after = records.length < found.length ? null : page.next;
  } while (after !== null);
  return names;
}

async function textOrNull(files: ObjectStore, key: string): Promise<string | null> {
  const bytes = await nullIfMissing(files.get(key));
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function filesOf(folder: string, text: string): readonly ManifestFile[] {
  const { format, files } = parsed(text) as { readonly format?: unknown; readonly files?: unknown };
  if (format === FORMAT && Array.isArray(files)) return files as readonly ManifestFile[];
  throw new LevinError({
    code: 'MANIFEST_INVALID',
    fault: 'user',
    message: `The manifest of ${pathOfKey(folder)} cannot be read: it is not of format ${FORMAT}. It was damaged or written by a newer levin; write the output again.`,
  });
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
