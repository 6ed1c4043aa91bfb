import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project whose files the cases are. */
export const CASE_ROOT: string = fileURLToPath(new URL('../../../support/closure-cases', import.meta.url));

/** Its job files: role main. */
export function caseFiles(ending = '.job.ts'): readonly string[] {
  return readdirSync(CASE_ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(CASE_ROOT, name))
    .sort();
}
