import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** MD5 of the files' bytes, one after the other: the answer of jobs that write files. */
export function digestFiles(paths: readonly string[]): string {
  const hash = createHash('md5');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex');
}
