import { type LoadHookSync, type ResolveFnOutput, type ResolveHookSync, registerHooks, setSourceMapsSupport } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { errorCode } from '../../errors/levin-error.ts';
import { setPackageVersionResolver } from '../runtime/driver-registry.ts';
import type { TransformFunction } from './compile-source.ts';
import { createImportNames } from './import-names.ts';
import { levinEntryUrl, levinPackage } from './levin-package.ts';
import { commonJsMain, commonJsTypeScript, importOfMain } from './loading-errors.ts';
import { createModuleCompiler, type LoadMode, type ModuleCompiler } from './module-compiler.ts';
import { moduleIdOf, realPathOf } from './project-root.ts';
import { type Alias, createResolver, type ModuleResolver } from './resolver.ts';
import { createTransformCache } from './transform-cache.ts';
import { createUserModules, PACKAGES, type UserModules } from './user-modules.ts';

export interface HookOptions {
  readonly mode: LoadMode;
  readonly root: string;
  /** Job script or test files. */
  readonly mainFiles: readonly string[];
  /** Packages of node_modules that count as the user's own. */
  readonly include?: readonly (string | RegExp)[];
  readonly driverOnly?: readonly (string | RegExp)[];
  readonly aliases?: readonly Alias[];
  /** Where transformed modules are kept; null: nowhere. */
  readonly cacheFolder: string | null;
  /** Another transform, for tests of the loader alone. */
  readonly transform?: TransformFunction;
}

export interface InstalledHooks {
  /** User modules loaded so far: id → real path. */
  readonly modules: ReadonlyMap<string, string>;
  /** Takes the hooks out again; what is loaded stays. */
  uninstall(): void;
}

interface HookParts {
  readonly root: string;
  readonly users: UserModules;
  readonly resolver: ModuleResolver;
  readonly compiler: ModuleCompiler;
  readonly modules: Map<string, string>;
}

/**
 * Puts levin between Node and the user's modules: they are found by TypeScript's rules, transformed, and run as ESM whatever package.json says.
 * Everything in node_modules, and CommonJS files, stay Node's business. Stack traces show the user's own lines.
 * Synchronous hooks are not inherited by worker threads: each installs its own.
 */
export function installHooks(options: HookOptions): InstalledHooks {
  const root = realPathOf(options.root);
  const parts: HookParts = {
    root,
    users: createUserModules(options.include),
    resolver: createResolver({ aliases: options.aliases ?? [] }),
    compiler: createModuleCompiler({
      root,
      mode: options.mode,
      mainFiles: options.mainFiles.map(realPathOf),
      driverOnly: options.driverOnly,
      cache: options.cacheFolder === null ? null : createTransformCache({ folder: options.cacheFolder }),
      transform: options.transform,
    }),
    modules: new Map(),
  };
  if (options.mode === 'driver') setPackageVersionResolver(createImportNames(parts));
  setSourceMapsSupport(true, { nodeModules: (options.include ?? []).length > 0, generatedCode: false });
  const hooks = registerHooks({ resolve: resolveHook(parts), load: loadHook(parts) });
  return { modules: parts.modules, uninstall: () => hooks.deregister() };
}

function resolveHook({ root, users, resolver, compiler }: HookParts): ResolveHookSync {
  return (specifier, context, nextResolve) => {
    if (specifier === 'levin/runtime') return nextResolve(levinEntryUrl('runtime') ?? specifier, context);
    const importer = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : null;
    if (importer === null || !users.has(importer)) return nextResolve(specifier, context);

    // `require` takes paths where `import` takes URLs.
    const required = context.conditions.includes('require');
    const next = (request: string): ResolveFnOutput =>
      nextResolve(required && request.startsWith('file:') ? fileURLToPath(request) : request, context);
    const found = /^levin($|\/)/.test(specifier) ? resolveLevin(specifier, next) : resolveForUser({ specifier, importer, resolver, next });
    const file = found.url.startsWith('file:') ? fileURLToPath(found.url) : null;
    if (file !== null && compiler.roleOf(file) === 'main' && compiler.roleOf(importer) === 'module')
      throw importOfMain(root, importer, file);
    return found;
  };
}

interface UserImport {
  readonly specifier: string;
  readonly importer: string;
  readonly resolver: ModuleResolver;
  readonly next: (request: string) => ResolveFnOutput;
}

/** Node decides what Node can; the shared resolver knows the rest. When both fail, Node's error is the one users know. */
function resolveForUser({ specifier, importer, resolver, next }: UserImport): ResolveFnOutput {
  const suffix = resolver.isPath(specifier) ? (/[?#].*$/.exec(specifier)?.[0] ?? '') : '';
  const special = (): string | null => {
    const file = resolver.resolve(specifier, importer);
    return file === null ? null : pathToFileURL(file).href + suffix;
  };
  if (resolver.isSpecial(specifier, importer)) return next(special() ?? specifier);
  try {
    return next(specifier);
  } catch (error) {
    const url = special();
    if (url === null) throw error;
    return next(url);
  }
}

/** The project's own copy of levin; the running one when there is none, or when both are the same package (source or built). */
function resolveLevin(specifier: string, next: (request: string) => ResolveFnOutput): ResolveFnOutput {
  const running = levinEntryUrl(specifier.slice('levin/'.length));
  if (running === null) return next(specifier);
  try {
    const found = next(specifier);
    const sameCopy = found.url.startsWith('file:') && levinPackage().owns(fileURLToPath(found.url));
    return sameCopy ? next(running) : found;
  } catch (error) {
    if (errorCode(error) !== 'ERR_MODULE_NOT_FOUND' && errorCode(error) !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    return next(running);
  }
}

function loadHook({ root, users, compiler, modules }: HookParts): LoadHookSync {
  return (url, context, nextLoad) => {
    if (!url.startsWith('file:')) return nextLoad(url, context);
    const file = fileURLToPath(url);
    const installed = file.includes(PACKAGES);
    if (extname(file) === '.cts' && !installed) throw commonJsTypeScript(root, file);
    const isMain = compiler.roleOf(file) === 'main';
    if (!users.has(file)) {
      if (isMain && extname(file) === '.cjs' && !installed) throw commonJsMain(root, file);
      return nextLoad(url, context);
    }
    const compiled = compiler.compile(file, context.format === 'module');
    if (compiled.kind === 'commonjs') {
      if (isMain) throw commonJsMain(root, file);
      return nextLoad(url, context);
    }
    modules.set(moduleIdOf(root, file), file);
    return { format: 'module', source: compiled.code, shortCircuit: true };
  };
}
