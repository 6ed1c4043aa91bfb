import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpusLines } from './corpus.ts';
import { groupLines, joinLines, sortLines } from './pairs.ts';

/** `full` is what docs/performance.md reports, `small` a hundredth of it. */
export type Size = 'full' | 'small';

interface DataFile {
  readonly name: string;
  readonly lines: (factor: number) => Iterable<string>;
  /** MD5 of the file: every machine must measure the same data. */
  readonly md5: Readonly<Record<Size, string>>;
}

const FILES: readonly DataFile[] = [
  {
    name: 'corpus.txt',
    lines: (factor) => corpusLines(200e6 * factor),
    md5: { full: '63890258d664c2209f78a79dfc94bbea', small: '14c8e7f6ba9f2d408120a06d4e7dbba8' },
  },
  {
    name: 'sort.tsv',
    lines: (factor) => sortLines(5e6 * factor),
    md5: { full: '9269851b17f433f95f19d71e89527fbb', small: 'cb320410a6fa9b8092976da6d33664a1' },
  },
  {
    name: 'join-a.tsv',
    lines: (factor) => joinLines(3, 0, 2e6 * factor),
    md5: { full: 'e92af8118f31fb3b802b95d4409d10e9', small: '09ddec3d88ca6cd38e345986503b0bc4' },
  },
  {
    // A tenth of its keys are in the other file too.
    name: 'join-b.tsv',
    lines: (factor) => joinLines(4, 1.8e6 * factor, 2e6 * factor),
    md5: { full: '61547375d687bb5bc9d1dbaf07f0a1e2', small: 'bfbe1a0308681ab68899c1fe96761f88' },
  },
  {
    name: 'group.tsv',
    lines: (factor) => groupLines(5e6 * factor, 1e5 * factor),
    md5: { full: '63d2e64b90bd3750497b7bee026a553a', small: '8be30dfa254e3742d771f73d3357a86e' },
  },
];

/** A folder below the system's temporary one with the input files of a size; they are made from seeds when they are not there. */
export function cachedData(size: Size): string {
  const folder = join(tmpdir(), 'levin-bench-data', size);
  if (existsSync(join(folder, 'complete'))) return folder;
  process.stderr.write(`making data in ${folder}\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, lines, md5 } of FILES) {
    const found = writeLines(join(folder, name), lines(size === 'full' ? 1 : 0.01));
    if (found !== md5[size]) throw new Error(`${name} (${size}) has the MD5 ${found} instead of ${md5[size]}: its generator changed`);
  }
  writeFileSync(join(folder, 'complete'), '');
  return folder;
}

/** The file appears when it is whole. Gives its MD5. */
function writeLines(path: string, lines: Iterable<string>): string {
  const file = openSync(`${path}.part`, 'w');
  const md5 = createHash('md5');
  let text = '';
  const flush = (): void => {
    const bytes = Buffer.from(text, 'latin1');
    md5.update(bytes);
    writeSync(file, bytes);
    text = '';
  };
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length > 1 << 20) flush();
  }
  flush();
  closeSync(file);
  renameSync(`${path}.part`, path);
  return md5.digest('hex');
}
