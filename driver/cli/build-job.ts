import { mkdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { type BuildOptions, build as bundle } from 'esbuild';
import { bundleFailed } from '../../engine/closures/loading/build-failure.ts';
import { levin } from '../../engine/closures/loading/esbuild-plugin.ts';
import { findProjectRoot, realPathOf } from '../../engine/closures/loading/project-root.ts';

export interface BuildJobOptions {
  /** Folder of the output; made when it is not there. */
  readonly out: string;
}

export interface BuiltJob {
  /** `node` runs it. */
  readonly driverFile: string;
  /** Bundle for executors, found by the driver beside itself. */
  readonly executorFile: string;
}

/**
 * Bundles a job ahead of time: `<name>.mjs` for the driver and `<name>.executor.mjs` for executors. The sources are not needed any more;
 * levin and the packages that the driver imports still come from node_modules.
 *
 * @throws LevinError `BUNDLE_FAILED`, `SYNTAX_ERROR`.
 */
export async function buildJob(job: string, { out }: BuildJobOptions): Promise<BuiltJob> {
  const main = realPathOf(resolve(job));
  const root = findProjectRoot(main);
  const name = basename(main, extname(main));
  const driverFile = join(resolve(out), `${name}.mjs`);
  const executorFile = `${name}.executor.mjs`;
  await mkdir(dirname(driverFile), { recursive: true });
  try {
    await bundle({
      ...bundleOptions({ main, root, executorFile, contents: entry(main) }),
      outfile: driverFile,
      packages: 'external',
      sourcemap: 'linked',
    });
  } catch (failure) {
    throw bundleFailed(job, failure, 'Correct it and build again.');
  }
  return { driverFile, executorFile: join(resolve(out), executorFile) };
}

export interface JobBundle {
  readonly main: string;
  readonly root: string;
  readonly executorFile: string;
  /** Of the module that imports the job file. */
  readonly contents: string;
}

/** What every bundle of a job has in common. */
export function bundleOptions({ main, root, executorFile, contents }: JobBundle): BuildOptions {
  return {
    stdin: { contents, resolveDir: root, sourcefile: join(root, 'levin-entry.mjs'), loader: 'js' },
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcesContent: false,
    logLevel: 'silent',
    plugins: [levin({ root, main: [main], executorFile })],
  };
}

/** Runs the job as `levin run` does: a default export that is a function gets a Context and the arguments. */
function entry(main: string): string {
  return `
import 'virtual:levin/loader';
const job = await import(${JSON.stringify(main)});
if (typeof job.default === 'function') {
  const { Context } = await import('levin');
  await using lv = await Context.create();
  await job.default(lv, process.argv.slice(2));
}
`;
}
