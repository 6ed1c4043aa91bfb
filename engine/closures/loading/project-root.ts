import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Folder of the nearest package.json at or above the main file, else the main file's own folder. A real path. */
export function findProjectRoot(mainFile: string): string {
  const start = dirname(realPathOf(mainFile));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return start;
  }
}

/** Path of a user module relative to the project root, with `/`: the same on driver and executors. */
export function moduleIdOf(root: string, file: string): string {
  const path = relative(root, file);
  return sep === '/' ? path : path.split(sep).join('/');
}

/** The file of a module id: the inverse of `moduleIdOf`. */
export function fileOfModule(root: string, moduleId: string): string {
  return isAbsolute(moduleId) ? moduleId : resolve(root, moduleId);
}

/** Follows links, so that a workspace package counts by where its sources are; the path itself when nothing is there. */
export function realPathOf(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return resolve(file);
  }
}
