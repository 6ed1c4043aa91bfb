import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface EmulatedObject {
  readonly body: Uint8Array;
  /** In quotes, as S3 writes it. */
  readonly etag: string;
  /** Base64 CRC-32 of the whole; null for what was put together from parts. */
  readonly crc: string | null;
}

export interface EmulatedUpload {
  readonly key: string;
  readonly parts: Map<number, EmulatedObject>;
}

export interface EmulatedBucket {
  readonly rules: {
    /** Requests that are signed for another are redirected. Null takes all. */
    readonly region: string | null;
    /** Requests must accept the cost. */
    readonly requesterPays: boolean;
  };
  readonly objects: Map<string, EmulatedObject>;
  readonly uploads: Map<string, EmulatedUpload>;
}

export interface S3State {
  readonly buckets: Map<string, EmulatedBucket>;
  addBucket(name: string, rules?: Partial<EmulatedBucket['rules']>): void;
  nextUploadId(): string;
}

export function createS3State(): S3State {
  const buckets = new Map<string, EmulatedBucket>();
  let uploads = 0;
  return {
    buckets,
    addBucket(name, rules = {}) {
      buckets.set(name, { rules: { region: null, requesterPays: false, ...rules }, objects: new Map(), uploads: new Map() });
    },
    nextUploadId: () => `upload-${++uploads}`,
  };
}

export function objectOf(body: Uint8Array): EmulatedObject {
  return { body, etag: `"${createHash('md5').update(body).digest('hex')}"`, crc: crcOf(body) };
}

/** S3's etag of what was put together: the digest of the parts' digests, and their number. */
export function joined(parts: readonly EmulatedObject[]): EmulatedObject {
  const digests = createHash('md5');
  for (const { etag } of parts) digests.update(Buffer.from(etag.slice(1, -1), 'hex'));
  return { body: Buffer.concat(parts.map(({ body }) => body)), etag: `"${digests.digest('hex')}-${parts.length}"`, crc: null };
}

export function crcOf(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
