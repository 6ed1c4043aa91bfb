import { resolve } from 'node:path';
import { realPathOf } from './project-root.ts';

/** Options that `levin/vite` and `levin/esbuild` share. */
export interface LevinPluginOptions {
  /** Project root; default: folder of the package.json nearest to the first entry point or to Vite's root. */
  readonly root?: string;
  /** Files whose top level stays on the driver: paths, or a pattern on them. Default: the entry points (esbuild), the test files (Vite). */
  readonly main?: RegExp | readonly string[];
  /** Packages of node_modules to transform like the user's own: names, or patterns on the path. */
  readonly include?: readonly (string | RegExp)[];
  /** More imports that no executor may use, beside levin itself and test frameworks. */
  readonly driverOnly?: readonly (string | RegExp)[];
}

/** Tells the main files of a build. */
export function mainFileTest(main: RegExp | readonly string[], root: string): (file: string) => boolean {
  if (main instanceof RegExp) return (file) => main.test(file);
  const files = main.map((file) => realPathOf(resolve(root, file)));
  return (file) => files.includes(file);
}
