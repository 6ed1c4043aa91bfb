import { extname, sep } from 'node:path';
import { levinPackage } from './levin-package.ts';

/** Which files are the user's own and go through the transform. */
export interface UserModules {
  /** `file` is a real path. */
  has(file: string): boolean;
}

const EXTENSIONS = new Set(['.ts', '.mts', '.tsx', '.js', '.mjs', '.jsx']);
/** Part of the path of every installed package's files. */
export const PACKAGES: string = `${sep}node_modules${sep}`;

/**
 * User modules are the TypeScript and JavaScript files outside `node_modules`, and those that `include` names:
 * a string is a package name (`@acme/shared`), a RegExp is tested on the path with `/`.
 */
export function createUserModules(include: readonly (string | RegExp)[] = []): UserModules {
  const own = levinPackage();
  return {
    has(file) {
      if (!EXTENSIONS.has(extname(file)) || own.owns(file)) return false;
      if (!file.includes(PACKAGES)) return true;
      const path = file.split(sep).join('/');
      return include.some((pattern) => (typeof pattern === 'string' ? path.includes(`/node_modules/${pattern}/`) : pattern.test(path)));
    },
  };
}
