import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleFailed } from '../../engine/closures/loading/build-failure.ts';
import { findProjectRoot } from '../../engine/closures/loading/project-root.ts';
import { DRIVER_FILE, type PackedJob } from '../submission/packed-job.ts';
import { bundleOptions } from './build-job.ts';

const EXECUTOR_FILE = 'executor.mjs';

/** What CommonJS packages expect around them. */
const BANNER = `import { createRequire as levinCreateRequire } from 'node:module'; const require = levinCreateRequire(import.meta.url);`;

/**
 * Bundles a job for a driver on another machine: packages are in it, levin is there.
 *
 * @throws LevinError `BUNDLE_FAILED`, `SYNTAX_ERROR`.
 */
export async function packFiles(main: string): Promise<PackedJob['files']> {
  const root = findProjectRoot(main);
  const contents = `import 'virtual:levin/loader';\nexport const load = () => import(${JSON.stringify(main)});\n`;
  try {
    const { outputFiles } = await build({
      ...bundleOptions({ main, root, executorFile: EXECUTOR_FILE, contents }),
      outfile: join(root, DRIVER_FILE),
      write: false,
      sourcemap: 'inline',
      // Lines of errors and call sites are those of the files here.
      sourceRoot: `${pathToFileURL(root).href}/`,
      banner: { js: BANNER },
    });
    return Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]));
  } catch (failure) {
    throw bundleFailed(main, failure, 'Correct it and submit it again.');
  }
}
