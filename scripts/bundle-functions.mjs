// Functions that run on Lambda, each as a folder that is zipped as it is: `<folder>/<function>/*.mjs`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Handler and worker thread of each. */
const FUNCTIONS = { executor: ['executor', 'lambda-worker'], driver: ['driver'] };

/** What CommonJS packages expect around them. */
const BANNER = `import { createRequire as levinCreateRequire } from 'node:module'; const require = levinCreateRequire(import.meta.url);`;

/**
 * AWS's clients are bundled, not taken from Lambda's runtime: so what was tested runs, whatever the runtime brings that day, and one file
 * loads faster than the hundreds of the runtime's copy. Parts that handler and worker share stand in a file once.
 * Gives what esbuild says each consists of.
 */
export async function bundleFunctions(folder) {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const made = {};
  for (const [name, entries] of Object.entries(FUNCTIONS)) {
    const { metafile } = await build({
      metafile: true,
      entryPoints: entries.map((entry) => `${root}functions/${entry}.ts`),
      outdir: `${folder}/${name}`,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      // The AWS SDK's ES modules can be shaken, its CommonJS cannot.
      mainFields: ['module', 'main'],
      conditions: ['module'],
      minifyWhitespace: true,
      minifySyntax: true,
      keepNames: true,
      sourcemap: false,
      legalComments: 'none',
      charset: 'utf8',
      banner: { js: BANNER },
      define: { LEVIN_VERSION: JSON.stringify(version) },
      logLevel: 'warning',
    });
    made[name] = metafile;
  }
  return made;
}
