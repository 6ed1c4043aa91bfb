import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFolderAt } from './environment-folder.ts';

export interface JobFolderOptions {
  /** Belongs to the job whole, and is emptied first. */
  readonly root: string;
  readonly files: Readonly<Record<string, string>>;
  /** What the files import as `levin`: a folder with a package.json. */
  readonly levin: string;
}

export interface JobFolder {
  /** Holds the files. */
  readonly code: string;
  /** Empty: for the job to work in. */
  readonly work: string;
  readonly temporary: string;
}

/** Unpacks a job, for one process that runs it. */
export function makeJobFolder({ root, files, levin }: JobFolderOptions): JobFolder {
  const { code, work, temporary, clear } = environmentFolderAt(root);
  clear(false);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(code, name), text, { flag: 'wx' });
  mkdirSync(join(code, 'node_modules'));
  symlinkSync(levin, join(code, 'node_modules', 'levin'));
  return { code, work, temporary };
}
