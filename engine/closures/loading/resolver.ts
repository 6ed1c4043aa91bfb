import { statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResolverFactory } from 'oxc-resolver';
import { requirePackage } from './levin-package.ts';
import { realPathOf } from './project-root.ts';
import { createTsconfigReader } from './tsconfig.ts';

/** A rewrite of specifiers, as Vite and Vitest have it: a string matches whole or as a path prefix. */
export interface Alias {
  readonly find: string | RegExp;
  readonly replacement: string;
}

export interface ResolverOptions {
  readonly aliases?: readonly Alias[];
}

/** Resolves what user modules import: loader, executor bundle and Vite plugin ask the same one. */
export interface ModuleResolver {
  /** The specifier names a path (relative, absolute, `file:`) rather than a package. */
  isPath(specifier: string): boolean;
  /** Something other than Node's own rules may apply: an alias, `paths` or `baseUrl`, or a path without such a file. */
  isSpecial(specifier: string, importer: string): boolean;
  /** Real path of the module; null for a builtin, and when nothing is found. */
  resolve(specifier: string, importer: string): string | null;
}

const EXTENSIONS = ['.ts', '.mts', '.tsx', '.js', '.mjs', '.jsx', '.json', '.cjs', '.cts', '.node'];
/** TypeScript's way to write an import of `x.ts`; a file that really has the written name comes first, as in Node. */
const EXTENSION_ALIAS = { '.js': ['.js', '.ts', '.tsx'], '.mjs': ['.mjs', '.mts'], '.cjs': ['.cjs', '.cts'], '.jsx': ['.jsx', '.tsx'] };

/**
 * Node's rules, and what TypeScript projects add to them: imports without extension, `.js` that means `.ts`, folders with an index,
 * `paths` and `baseUrl` of the nearest tsconfig.json, aliases. The native resolver is loaded at the first special import only.
 */
export function createResolver(options: ResolverOptions = {}): ModuleResolver {
  const aliases = options.aliases ?? [];
  const tsconfigOf = createTsconfigReader();
  const factories = new Map<string | null, ResolverFactory>();

  const factoryFor = (importer: string): ResolverFactory => {
    const { file, mapsSpecifiers } = tsconfigOf(importer);
    const configFile = mapsSpecifiers ? file : null;
    const known = factories.get(configFile);
    if (known !== undefined) return known;
    const created = createFactory(configFile);
    factories.set(configFile, created);
    return created;
  };

  return {
    isPath: isPathSpecifier,
    isSpecial(specifier, importer) {
      if (isBuiltin(specifier)) return false;
      if (applyAliases(specifier, aliases) !== specifier) return true;
      if (isPathSpecifier(specifier)) return !isFile(toPath(specifier, importer));
      return tsconfigOf(importer).mapsSpecifiers;
    },
    resolve(specifier, importer) {
      const request = applyAliases(specifier, aliases);
      if (isBuiltin(request)) return null;
      const path = isPathSpecifier(request) ? toPath(request, importer) : null;
      if (path !== null && isFile(path)) return realPathOf(path);
      return factoryFor(importer).sync(dirname(importer), path ?? request).path ?? null;
    },
  };
}

function createFactory(configFile: string | null): ResolverFactory {
  const { ResolverFactory: Factory } = requirePackage('oxc-resolver') as typeof import('oxc-resolver');
  return new Factory({
    ...(configFile === null ? {} : { tsconfig: { configFile, references: 'auto' as const } }),
    conditionNames: ['node', 'import', 'module-sync', 'node-addons'],
    extensions: EXTENSIONS,
    extensionAlias: EXTENSION_ALIAS,
    mainFields: ['main'],
    builtinModules: true,
  });
}

function applyAliases(specifier: string, aliases: readonly Alias[]): string {
  for (const { find, replacement } of aliases) {
    if (typeof find !== 'string') {
      if (find.test(specifier)) return specifier.replace(find, replacement);
    } else if (specifier === find || specifier.startsWith(find.endsWith('/') ? find : `${find}/`)) {
      return replacement + specifier.slice(find.length);
    }
  }
  return specifier;
}

function isPathSpecifier(specifier: string): boolean {
  return /^\.{1,2}(\/|$)/.test(specifier) || specifier.startsWith('file:') || isAbsolute(specifier);
}

function toPath(specifier: string, importer: string): string {
  if (specifier.startsWith('file:')) return fileURLToPath(specifier);
  return resolve(dirname(importer), decodeURIComponent(specifier.replace(/[?#].*$/, '')));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
