import { LevinError } from '../../engine/errors/levin-error.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { isOnS3 } from '../../engine/types/file-path.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import { countOf, formatBytes } from '../console/human-units.ts';
import type { InputFile } from '../planner/list-inputs.ts';
import type { FileUploads } from '../wiring.ts';

/** Files in flight. */
const CONCURRENT_UPLOADS = 4;

export interface UploadInputsOptions {
  readonly appId: string;
  readonly objects: ObjectStore;
  readonly uploads: FileUploads;
  /** Path of an object of levin's own. */
  readonly placeOf: (key: string) => string;
  readonly onUploaded: (message: string) => void;
}

/** Puts files of this machine where functions reach them; gives where each is now. Those on S3 stay where they are. */
export type UploadInputs = (files: readonly InputFile[]) => Promise<readonly InputFile[]>;

/**
 * Uploads belong to the application, under the hash of their content: the same file is stored once, and an upload that was cut short goes on where it was.
 * The listing that is journaled names what was uploaded, so a resumed application needs the files here no more.
 */
export function createUploadInputs(options: UploadInputsOptions): UploadInputs {
  const { appId, objects, uploads, placeOf } = options;
  const upload = async (file: InputFile): Promise<Uploaded> => {
    const body = await uploads.open(file.path);
    if (body.byteLength !== file.size) throw changed(file);
    const key = objectKeys.upload(appId, body.sha256, file.path.slice(file.path.lastIndexOf('/') + 1));
    const { stored } = await objects.put(key, body, { ifAbsent: true });
    const { size, etag } = await objects.head(key);
    return { file: { path: placeOf(key), size, etag }, stored };
  };
  return async (files) => {
    const local = files.filter(({ path }) => !isOnS3(path));
    if (local.length === 0) return files;
    const uploaded = new Map<InputFile, Uploaded>();
    await mapBounded(local, { concurrency: CONCURRENT_UPLOADS }, async (file) => uploaded.set(file, await upload(file)));
    const stored = local.filter((file) => uploaded.get(file)?.stored);
    const bytes = stored.reduce((sum, { size }) => sum + size, 0);
    const what = `${countOf(stored.length, 'file')} (${formatBytes(bytes)}) ${stored.length === 1 ? 'was' : 'were'}`;
    if (stored.length > 0)
      options.onUploaded(`${what} uploaded to ${placeOf(objectKeys.uploads(appId))}, and will be removed with the application's data`);
    return files.map((file) => uploaded.get(file)?.file ?? file);
  };
}

interface Uploaded {
  readonly file: InputFile;
  /** It was not there yet. */
  readonly stored: boolean;
}

function changed({ path, size }: InputFile): LevinError {
  return new LevinError({
    code: 'INPUT_CHANGED',
    fault: 'user',
    message: `The input file ${path} changed while it was uploaded: it had ${size} bytes when it was listed. Run the job again when its input is complete.`,
    details: { path },
  });
}
