/** Files of the user: absolute paths of a machine, and `s3://bucket/key`. */
const ON_S3 = 's3://';

/** `s3://bucket/key`; everything else is a path of a machine. */
export function isOnS3(pathOrKey: string): boolean {
  return pathOrKey.startsWith(ON_S3);
}

/** The key of a path in the store of the user's files: without a leading slash, and as it is on S3. */
export function keyOfPath(path: string): string {
  return path.replace(/^\/+/, '');
}

export function pathOfKey(key: string): string {
  return isOnS3(key) ? key : `/${key}`;
}

/** Bucket and key of `s3://bucket/key`; the key of a bucket itself is empty. */
export function splitS3Path(path: string): { readonly bucket: string; readonly key: string } {
  const rest = path.slice(ON_S3.length);
  const slash = rest.indexOf('/');
  return slash === -1 ? { bucket: rest, key: '' } : { bucket: rest.slice(0, slash), key: rest.slice(slash + 1) };
}

/** Begins every key of a bucket. */
export function s3Folder(bucket: string): string {
  return `${ON_S3}${bucket}/`;
}
