// Functions that run on Lambda, each as a folder that is zipped as it is: `<folder>/<function>/*.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What runs in each, by the name of its file: handlers, worker threads, processes; and what jobs import there. */
const FUNCTIONS = {
  executor: { executor: 'functions/executor', 'lambda-worker': 'functions/lambda-worker' },
  driver: {
    driver: 'functions/driver',
    'driver-process': 'functions/driver-process',
    levin: 'driver/index',
    runtime: 'engine/closures/runtime/entry',
  },
};

/** For those whose sources are loaded on demand where they are there: a job that was packed needs none of it. */
const NOT_IN_FUNCTIONS = ['esbuild', 'oxc-parser', 'oxc-resolver', 'oxc-transform'];

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
      entryPoints: Object.entries(entries).map(([out, file]) => ({ in: `${root}${file}.ts`, out })),
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
      external: NOT_IN_FUNCTIONS,
      logLevel: 'warning',
    });
    made[name] = metafile;
    if ('levin' in entries) writeFileSync(`${folder}/${name}/package.json`, packageOf(version));
  }
  return made;
}

/** The function's folder is the package that its jobs import. */
function packageOf(version) {
  const exports = { '.': './levin.mjs', './runtime': './runtime.mjs' };
  return `${JSON.stringify({ name: 'levin', version, type: 'module', exports }, null, 2)}\n`;
}
