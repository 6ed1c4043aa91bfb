import { hash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { BuildOptions, BuildResult } from 'esbuild';
import { buildErrors, bundleFailed } from './build-failure.ts';
import { executorBundlePlugin, TABLE_PREFIX } from './bundle-plugin.ts';
import { BUNDLE_BANNER, BUNDLE_DEFINE } from './bundle-stubs.ts';
import type { TransformFunction } from './compile-source.ts';
import { lazySpecifier } from './lazy-specifier.ts';
import { requirePackage } from './levin-package.ts';
import { createModuleCompiler } from './module-compiler.ts';
import { fileOfModule, realPathOf } from './project-root.ts';
import { type Alias, createResolver } from './resolver.ts';
import { createTransformCache } from './transform-cache.ts';
import { createUserModules } from './user-modules.ts';

export interface ExecutorBundleOptions {
  readonly root: string;
  /** Ids of all user modules that a payload may name: those loaded in the driver so far. */
  readonly modules: readonly string[];
  readonly mainFiles: readonly string[];
  readonly include?: readonly (string | RegExp)[];
  readonly driverOnly?: readonly (string | RegExp)[];
  readonly aliases?: readonly Alias[];
  readonly cacheFolder: string | null;
  /** `whitespace` (default) keeps every name, so that stacks and messages stay readable; `full` renames; `none` is for reading. */
  readonly minify?: 'none' | 'whitespace' | 'full';
  /** Another transform, for tests of the bundler alone. */
  readonly transform?: TransformFunction;
}

export interface ExecutorBundle {
  /** One ES module with an inline source map; exports `modules`: `{ moduleId: () => import(module) }`. */
  readonly code: Uint8Array;
  /** SHA-256 of `code`, hex. */
  readonly hash: string;
  /** The source map alone, JSON; its sources are relative to the project root. */
  readonly map: string;
  readonly modules: readonly string[];
}

/**
 * Bundles everything that executors may need into one file that runs in an empty folder:
 *
 *     modules = { 'job.ts': () => import(job.ts as executors see it), 'src/lib.ts': () => import(…) }
 *                        │                                                    │
 *                        └ factories of its closures, lazy imports            └ the module itself, levin/runtime, its packages
 *
 * Modules are evaluated when a payload first names them. Node's builtins stay imports; what cannot be bundled fails where it is used.
 */
export async function buildExecutorBundle(options: ExecutorBundleOptions): Promise<ExecutorBundle> {
  const root = realPathOf(options.root);
  const { build } = requirePackage('esbuild') as typeof import('esbuild');
  const run = (missing: ReadonlySet<string>): Promise<BuildResult<{ write: false }>> => build(buildOptions(options, root, missing));
  let result: BuildResult<{ write: false }>;
  try {
    result = await run(new Set());
  } catch (failure) {
    const missing = unresolvedImports(failure);
    if (missing.size === 0) throw bundleFailed('the executor bundle', failure, ADVICE);
    // Optional dependencies are often not installed; only an executor that really needs one should fail.
    result = await run(missing).catch((second: unknown) => {
      throw bundleFailed('the executor bundle', second, ADVICE);
    });
  }
  return finish(result, root, options.modules);
}

const ADVICE = 'Every module that the job imports has to be bundled; correct this one.';

function buildOptions(options: ExecutorBundleOptions, root: string, missing: ReadonlySet<string>): BuildOptions & { write: false } {
  const { minify = 'whitespace', include, aliases = [], driverOnly, transform } = options;
  const cache = options.cacheFolder === null ? null : createTransformCache({ folder: options.cacheFolder });
  const mainFiles = options.mainFiles.map(realPathOf);
  const compiler = createModuleCompiler({ root, mode: 'executor', mainFiles, driverOnly, cache, transform, lazySpec: lazySpecifier });
  const plugin = executorBundlePlugin({
    root,
    users: createUserModules(include),
    resolver: createResolver({ aliases }),
    compiler,
    missing,
  });
  return {
    stdin: { contents: moduleTable(options.modules, root), resolveDir: root, sourcefile: 'levin-modules', loader: 'js' },
    absWorkingDir: root,
    outfile: 'levin-executor.mjs',
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    conditions: ['module-sync', 'node-addons'],
    plugins: [plugin],
    banner: { js: BUNDLE_BANNER },
    define: BUNDLE_DEFINE,
    minifyWhitespace: minify !== 'none',
    // Syntax minification takes `({ half: (x) => … }).half` apart, and with it the function's name.
    minifySyntax: minify === 'full',
    minifyIdentifiers: minify === 'full',
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  };
}

function moduleTable(modules: readonly string[], root: string): string {
  const entries = [...modules]
    .sort()
    .map((id) => `${JSON.stringify(id)}: () => import(${JSON.stringify(TABLE_PREFIX + fileOfModule(root, id))}),`);
  return `export const modules = {\n${entries.join('\n')}\n};\n`;
}

function finish({ outputFiles }: BuildResult<{ write: false }>, root: string, modules: readonly string[]): ExecutorBundle {
  const text = outputFiles.find(({ path }) => path.endsWith('.mjs'))?.text ?? '';
  const rawMap = outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '{}';
  const { sources, mappings } = JSON.parse(rawMap) as { readonly sources: readonly string[]; readonly mappings: string };
  const sourceRoot = `${pathToFileURL(root).href}/`;
  const relative = sources.map((source) => (source.startsWith(sourceRoot) ? source.slice(sourceRoot.length) : source));
  const map = { version: 3, sources: relative, names: [], mappings };
  const inline = Buffer.from(JSON.stringify({ ...map, sourceRoot })).toString('base64');
  const code = Buffer.from(`${text.trimEnd()}\n//# sourceMappingURL=data:application/json;base64,${inline}\n`);
  return { code, hash: hash('sha256', code, 'hex'), map: JSON.stringify(map), modules };
}

function unresolvedImports(failure: unknown): ReadonlySet<string> {
  const names = buildErrors(failure).map(({ text }) => /^Could not resolve "(.+)"$/.exec(text)?.[1]);
  // Anything else that is wrong has to be told first.
  return names.includes(undefined) ? new Set() : new Set(names.filter((name) => name !== undefined));
}
