import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { driverApiStub, failingModule } from './bundle-stubs.ts';

import { lazyModule } from './lazy-specifier.ts';
import { levinPackage } from './levin-package.ts';
import { importOfMain, nativeAddon } from './loading-errors.ts';
import type { ModuleCompiler } from './module-compiler.ts';
import { fileOfModule, moduleIdOf } from './project-root.ts';
import type { ModuleResolver } from './resolver.ts';
import { PACKAGES, type UserModules } from './user-modules.ts';

export interface BundlePluginOptions {
  readonly root: string;
  readonly users: UserModules;
  readonly resolver: ModuleResolver;
  /** In executor mode. */
  readonly compiler: ModuleCompiler;
  /** Specifiers that a first build could not resolve: they fail on the executor that needs them. */
  readonly missing: ReadonlySet<string>;
}

interface LazyData {
  readonly code: string;
  readonly resolveDir: string;
  /** The user module that imports, as esbuild names it. */
  readonly importer: string;
}

/**
 * User modules get a namespace and the ending .mjs: so esbuild gives a CommonJS default import Node's meaning, as on the driver,
 * and not Babel's, which it has for files whose package.json does not say "module".
 */
const USER = 'levin-user';
const LAZY = 'levin-lazy';
const STUB = 'levin-stub';
/** Marks the question that this plugin asks esbuild itself. */
const NATIVELY = Symbol('natively');

/** What the bundle's table of modules imports: this and the module's file. */
export const TABLE_PREFIX = 'levin-module:';

/** Makes esbuild see user modules as executors do: same resolution, executor code, no driver API. */
export function executorBundlePlugin(options: BundlePluginOptions): Plugin {
  return {
    name: 'levin-executor',
    setup(build) {
      const { root } = options;
      const modules = userModuleReader(options);
      build.onResolve({ filter: /^levin-module:/ }, ({ path }) => asUserModule(path.slice(TABLE_PREFIX.length), root, modules));
      resolveSpecial(build, root);
      build.onResolve({ filter: /.*/ }, (args) => resolveImport(build, args, { ...options, modules }));
      loadVirtual(build);
      build.onLoad({ filter: /.*/, namespace: USER }, ({ path }) => ({
        contents: modules.read(fileOf(path, USER, root)) ?? '',
        loader: 'js',
        resolveDir: dirname(fileOf(path, USER, root)),
      }));
      build.onLoad({ filter: /\.[mc]?[jt]sx?$/, namespace: 'file' }, ({ path }) => (modules.read(path) === null ? null : sameModule(path)));
    },
  };
}

interface UserModuleReader {
  /** Executor code; null for what is not a user module, or is CommonJS. */
  read(file: string): string | null;
}

function userModuleReader({ users, compiler }: BundlePluginOptions): UserModuleReader {
  const known = new Map<string, string | null>();
  return {
    read(file) {
      const cached = known.get(file);
      if (cached !== undefined) return cached;
      const compiled = users.has(file) ? compiler.compile(file) : null;
      const code = compiled?.kind === 'module' ? compiled.code : null;
      known.set(file, code);
      return code;
    },
  };
}

function resolveSpecial(build: PluginBuild, root: string): void {
  build.onResolve({ filter: /^levin-lazy:/ }, ({ path, resolveDir, importer, kind }) => {
    const lazy = lazyModule(path);
    if (lazy === null) return null;
    if (lazy.code === null) return build.resolve(lazy.source, { kind, importer, resolveDir, namespace: USER });
    return { path, namespace: LAZY, pluginData: { code: lazy.code, resolveDir, importer } satisfies LazyData };
  });
  build.onResolve({ filter: /^levin($|\/)/ }, ({ path, namespace }) => {
    if (path === 'levin/runtime' || path === 'levin/executor-api' || namespace === STUB)
      return { path: levinPackage().entryFile(path.slice('levin/'.length)) ?? path };
    if (namespace !== USER && namespace !== LAZY) return null;
    return { path, namespace: STUB, pluginData: driverApiStub(path) };
  });
  build.onResolve({ filter: /\.node$/ }, ({ path, importer, namespace }) => ({
    path,
    namespace: STUB,
    pluginData: nativeAddonStub(fileOf(importer, namespace, root)),
  }));
}

async function resolveImport(
  build: PluginBuild,
  args: OnResolveArgs,
  options: BundlePluginOptions & { readonly modules: UserModuleReader },
): Promise<OnResolveResult | null> {
  const { path, kind, resolveDir } = args;
  const { users, resolver, compiler, missing, root, modules } = options;
  if (args.pluginData === NATIVELY) return null;
  if (isBuiltin(path)) return { path, external: true };
  const importer =
    args.namespace === LAZY ? fileOf((args.pluginData as LazyData).importer, USER, root) : fileOf(args.importer, args.namespace, root);
  if (missing.has(path)) return { path, namespace: STUB, pluginData: failingModule('MODULE_NOT_FOUND', missingText(path, importer)) };
  if (!users.has(importer)) return null;

  const ours = resolver.isPath(path) || resolver.isSpecial(path, importer);
  // Packages are left to esbuild, which knows from their package.json what can be shaken off; linked ones may turn out to be the user's.
  const file = ours
    ? resolver.resolve(path, importer)
    : (await build.resolve(path, { kind, resolveDir, importer, pluginData: NATIVELY })).path;
  if (file === null || (!users.has(file) && (!ours || file.includes(PACKAGES)))) return null;
  if (compiler.roleOf(file) === 'main' && compiler.roleOf(importer) === 'module') {
    const error = importOfMain(root, importer, file);
    return { errors: [{ text: error.message, detail: error }] };
  }
  return asUserModule(file, root, modules);
}

function asUserModule(file: string, root: string, modules: UserModuleReader): OnResolveResult {
  return modules.read(file) === null ? { path: file } : { path: `${moduleIdOf(root, file)}.mjs`, namespace: USER };
}

/** A user module that a package imports: the same instance that user modules see. */
function sameModule(file: string): OnLoadResult {
  const source = JSON.stringify(file);
  return {
    contents: `export * from ${source};\nimport * as all from ${source};\nexport default Reflect.get(all, 'default');`,
    loader: 'js',
    resolveDir: dirname(file),
  };
}

function loadVirtual(build: PluginBuild): void {
  build.onLoad({ filter: /.*/, namespace: STUB }, ({ pluginData }) => ({
    contents: String(pluginData),
    loader: 'js',
    resolveDir: levinPackage().folder,
  }));
  build.onLoad({ filter: /.*/, namespace: LAZY }, ({ pluginData }) => {
    const { code, resolveDir } = pluginData as LazyData;
    return { contents: code, loader: 'js', resolveDir, pluginData: pluginData as LazyData };
  });
  build.onLoad({ filter: /\.node$/, namespace: 'file' }, ({ path }) => ({ contents: nativeAddonStub(path), loader: 'js' }));
}

function fileOf(path: string, namespace: string, root: string): string {
  return namespace === USER ? fileOfModule(root, path.slice(0, -'.mjs'.length)) : path;
}

function nativeAddonStub(file: string): string {
  const error = nativeAddon(file);
  return failingModule(error.code, error.message);
}

function missingText(path: string, importer: string): string {
  return `Cannot find "${path}", imported from ${importer}: it was not there when the executor bundle was built. Install it, or remove the import.`;
}
