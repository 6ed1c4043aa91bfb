import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The characters `[start, end)` of a source file, by its path below the project's root, replaced by a text. */
export interface Patch {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const ROOT: string = join(import.meta.dirname, '../../..');

/** The patch that replaces a text which stands once in the file. */
export function patchOf({ file, from, to }: { readonly file: string; readonly from: string; readonly to: string }): Patch {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const start = source.indexOf(from);
  if (start < 0 || source.indexOf(from, start + 1) >= 0)
    throw new Error(`${file} does not have this text once, so that the mutant has to be written anew:\n${from}`);
  return { file, start, end: start + from.length, text: to };
}
