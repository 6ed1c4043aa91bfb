import type { UserFiles } from '../../ports/route-files.ts';
import { createDirectoryObjectStore } from './directory-object-store.ts';
import { createDirectoryStagedFiles } from './directory-staged-files.ts';

/** The user's files on this machine: keys are absolute paths without the leading slash. */
export function machineFiles(): UserFiles {
  const files = createDirectoryObjectStore({ root: '/', followLinks: true });
  return { files, staged: createDirectoryStagedFiles(files, { root: '/' }) };
}
