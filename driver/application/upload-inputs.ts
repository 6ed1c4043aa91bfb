import { createHash } from 'node:crypto';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import { nullIfMissing } from '../../engine/ports/null-if-missing.ts';
import type { ObjectChunks } from '../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { isOnS3 } from '../../engine/types/file-path.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import { countOf, formatBytes } from '../console/human-units.ts';
import type { InputFile } from '../planner/list-inputs.ts';
import type { FileBody, FileUploads } from '../wiring.ts';

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
 *
 * What stands under a hash is that content, so it is looked for before anything is sent, and what is sent may be sent again: S3 would tell only at the end
 * of an upload that somebody's object is there. Nothing of another hash gets there: a file that changes while it is sent fails.
 */
export function createUploadInputs(options: UploadInputsOptions): UploadInputs {
  const { appId, objects, uploads, placeOf } = options;
  /** Of this process, by key: to put an object again may change its etag, by which tasks know it. */
  const sending = new Map<string, Promise<Uploaded>>();
  const store = async (key: string, file: InputFile, body: FileBody): Promise<Uploaded> => {
    const path = placeOf(key);
    const there = await nullIfMissing(objects.head(key));
    if (there?.size === body.byteLength) return { file: { path, size: there.size, etag: there.etag }, stored: false };
    await objects.put(key, unchanged(file, body));
    const { size, etag } = await objects.head(key);
    return { file: { path, size, etag }, stored: true };
  };
  const upload = async (file: InputFile): Promise<Uploaded> => {
    const body = await uploads.open(file.path);
    if (body.byteLength !== file.size) throw changed(file);
    const key = objectKeys.upload(appId, body.sha256, file.path.slice(file.path.lastIndexOf('/') + 1));
    const sent = sending.get(key);
    if (sent !== undefined) return { ...(await sent), stored: false };
    const send = store(key, file, body).finally(() => sending.delete(key));
    sending.set(key, send);
    return send;
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

/** The file is read once for its hash and again for each put: what is put ends only if it has that hash. */
function unchanged(file: InputFile, body: FileBody): ObjectChunks {
  return {
    byteLength: body.byteLength,
    *[Symbol.iterator]() {
      const hash = createHash('sha256');
      let given = 0;
      for (const chunk of body) {
        hash.update(chunk);
        given += chunk.byteLength;
        if (given > body.byteLength) break;
        yield chunk;
      }
      if (hash.digest('hex') !== body.sha256) throw changed(file);
    },
  };
}

function changed({ path, size }: InputFile): LevinError {
  return new LevinError({
    code: 'INPUT_CHANGED',
    fault: 'user',
    message: `The input file ${path} changed while it was uploaded: it had ${size} bytes when it was listed. Run the job again when its input is complete.`,
    details: { path },
  });
}
