import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { BuildOptions, BuildResult, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from 'esbuild';
import { buildExecutorBundle } from './executor-bundle.ts';
import { createImportNames } from './import-names.ts';
import { LOADER_KEY } from './loader-state.ts';
import { createModuleCompiler, type ModuleCompiler } from './module-compiler.ts';
import { type LevinPluginOptions, mainFileTest } from './plugin-options.ts';
import { fileOfModule, findProjectRoot, moduleIdOf, realPathOf } from './project-root.ts';
import { createResolver, type ModuleResolver } from './resolver.ts';
import { createUserModules, PACKAGES, type UserModules } from './user-modules.ts';

export type { LevinPluginOptions } from './plugin-options.ts';

export interface LevinEsbuildOptions extends LevinPluginOptions {
  /** File name of the executor bundle, written into the folder of the output. Default: the first entry point's name and `.executor.mjs`. */
  readonly executorFile?: string;
}

/** What is known of the user's code while one build runs. */
interface Driver {
  readonly root: string;
  readonly users: UserModules;
  readonly resolver: ModuleResolver;
  readonly compiler: ModuleCompiler;
  /** Ids of the user modules in the bundle. */
  readonly modules: Set<string>;
  /** What their imports mean, by id and specifier. */
  readonly importNames: Map<string, string>;
  readonly nameOf: (source: string, fromModuleId: string) => string;
}

/** A module that announces the executor bundle; imported before any main file runs. */
const LOADER = 'virtual:levin/loader';
/** User modules as levin compiles them; see the executor's plugin for why they end in .mjs. */
const USER = 'levin-user';

/**
 * esbuild plugin for jobs that are bundled ahead of time: the build gives the driver, and beside it the bundle for its executors.
 * levin itself stays outside, so `node_modules` is needed where the job runs. It has to be the first plugin, because it must see the original source.
 *
 * @example await build({ entryPoints: ['job.ts'], outdir: 'dist', bundle: true, format: 'esm', platform: 'node', packages: 'external', plugins: [levin()] });
 */
export function levin(options: LevinEsbuildOptions = {}): Plugin {
  return {
    name: 'levin',
    setup(build) {
      const { initialOptions } = build;
      const entries = entryFiles(initialOptions);
      const root = realPathOf(options.root ?? findProjectRoot(entries[0] ?? join(process.cwd(), 'x')));
      const driver = prepare(options, root, entries);
      const executorFile = options.executorFile ?? `${basename(entries[0] ?? 'levin', extname(entries[0] ?? ''))}.executor.mjs`;

      build.onStart(() => {
        driver.modules.clear();
        driver.importNames.clear();
      });
      build.onResolve({ filter: /.*/ }, (args) => resolveImport(args, driver));
      build.onLoad({ filter: /.*/, namespace: LOADER }, () => ({ contents: announcement(executorFile), loader: 'js' }));
      build.onLoad({ filter: /.*/, namespace: USER }, ({ path }) => loadUserModule(userFile(path, root), driver));
      build.onLoad({ filter: /\.[mc]?[jt]sx?$/, namespace: 'file' }, ({ path }) => loadEntry(path, driver));
      build.onEnd(async (result) => {
        if (result.errors.length > 0) return;
        await writeExecutorBundle({ result, initialOptions, executorFile, driver, options });
      });
    },
  };
}

function prepare(options: LevinPluginOptions, root: string, entries: readonly string[]): Driver {
  const users = createUserModules(options.include);
  const resolver = createResolver();
  const mainFiles = mainFileTest(options.main ?? entries, root);
  const compiler = createModuleCompiler({ root, mode: 'driver', mainFiles, driverOnly: options.driverOnly });
  const nameOf = createImportNames({ root, resolver, users });
  return { root, users, resolver, compiler, modules: new Set(), importNames: new Map(), nameOf };
}

function entryFiles({ entryPoints = [], absWorkingDir = process.cwd() }: BuildOptions): string[] {
  const list = Array.isArray(entryPoints) ? entryPoints : Object.values(entryPoints);
  return list.map((entry) => realPathOf(resolve(absWorkingDir, typeof entry === 'string' ? entry : entry.in)));
}

function resolveImport(args: OnResolveArgs, driver: Driver): OnResolveResult | null {
  const { path, namespace, kind } = args;
  if (path === LOADER) return { path, namespace: LOADER };
  // One copy of levin must be shared with its workers, which load their entry files from the package.
  if (/^levin($|\/)/.test(path)) return { path, external: true };
  if (kind === 'entry-point') return null;
  const importer = namespace === USER ? userFile(args.importer, driver.root) : args.importer;
  if (!driver.users.has(importer)) return null;
  const from = moduleIdOf(driver.root, importer);
  if (namespace === USER) driver.importNames.set(`${from}\n${path}`, driver.nameOf(path, from));
  const file = driver.resolver.resolve(path, importer);
  if (file === null) return null;
  if (driver.users.has(file) && driver.compiler.compile(file).kind === 'module')
    return { path: `${moduleIdOf(driver.root, file)}.mjs`, namespace: USER };
  // What lies in node_modules is esbuild's business: inside or, with `packages: 'external'`, outside.
  return file.includes(PACKAGES) ? null : { path: file };
}

function userFile(path: string, root: string): string {
  return fileOfModule(root, path.slice(0, -'.mjs'.length));
}

function loadUserModule(file: string, { compiler, modules, root }: Driver): OnLoadResult {
  const compiled = compiler.compile(file);
  modules.add(moduleIdOf(root, file));
  return { contents: compiled.kind === 'module' ? compiled.code : '', loader: 'js', resolveDir: dirname(file) };
}

/** Entry points, and user modules that packages import: the one instance of the module, announced executors first. */
function loadEntry(file: string, { users, compiler }: Driver): OnLoadResult | null {
  if (!users.has(file) || compiler.compile(file).kind === 'commonjs') return null;
  const source = JSON.stringify(file);
  const contents = `import ${JSON.stringify(LOADER)};\nexport * from ${source};\nimport * as all from ${source};\nexport default Reflect.get(all, 'default');`;
  return { contents, loader: 'js', resolveDir: dirname(file) };
}

function announcement(executorFile: string): string {
  return `
import { fileURLToPath } from 'node:url';
globalThis[Symbol.for(${JSON.stringify(LOADER_KEY)})] = {
  kind: 'built',
  bundleFile: fileURLToPath(new URL(${JSON.stringify(`./${executorFile}`)}, import.meta.url)),
};`;
}

interface FinishedBuild {
  readonly result: BuildResult;
  readonly initialOptions: BuildOptions;
  readonly executorFile: string;
  readonly driver: Driver;
  readonly options: LevinPluginOptions;
}

async function writeExecutorBundle({ result, initialOptions, executorFile, driver, options }: FinishedBuild): Promise<void> {
  const { root, modules, importNames, compiler } = driver;
  const ids = [...modules];
  const mainFiles = ids.map((id) => resolve(root, id)).filter((file) => compiler.roleOf(file) === 'main');
  const { include = [], driverOnly = [] } = options;
  const bundle = await buildExecutorBundle({ root, modules: ids, mainFiles, include, driverOnly, cacheFolder: null });
  const folder = resolve(initialOptions.absWorkingDir ?? '', initialOptions.outdir ?? dirname(initialOptions.outfile ?? 'out.js'));
  const files = [
    { path: join(folder, executorFile), contents: bundle.code },
    // Read by the driver only: what the imports of the bundled modules mean for the lineage.
    { path: join(folder, `${executorFile}.json`), contents: Buffer.from(JSON.stringify({ importNames: Object.fromEntries(importNames) })) },
  ];
  if (initialOptions.write === false) {
    result.outputFiles?.push(
      ...files.map(({ path, contents }) => ({ path, contents, hash: bundle.hash, text: Buffer.from(contents).toString() })),
    );
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const { path, contents } of files) await writeFile(path, contents);
}
