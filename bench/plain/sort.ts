import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { digestFiles } from '../rivals/digest-files.ts';
import { eachPair } from './read-lines.ts';

const LINES_PER_WRITE = 10_000;

/** All pairs sorted by key, in a file. */
export async function sort(data: string, out: string): Promise<string> {
  const rows: [string, number][] = [];
  await eachPair(join(data, 'sort.tsv'), (key, value) => rows.push([key, value]));
  rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  mkdirSync(out, { recursive: true });
  const path = join(out, 'sorted.tsv');
  const file = openSync(path, 'w');
  for (let i = 0; i < rows.length; i += LINES_PER_WRITE) {
    writeSync(
      file,
      rows
        .slice(i, i + LINES_PER_WRITE)
        .map(([key, value]) => `${key}\t${value}\n`)
        .join(''),
    );
  }
  closeSync(file);
  return digestFiles([path]);
}
