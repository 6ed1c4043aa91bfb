import { join } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';
import { DRIVER_ONLY } from './driver-only.ts';
import { levinPackage, requireOwn } from './levin-package.ts';
import { LOADER_KEY, type SourceLoader } from './loader-state.ts';
import { type LevinPluginOptions, mainFileTest } from './plugin-options.ts';
import { findProjectRoot, moduleIdOf, realPathOf } from './project-root.ts';
import { type Alias, createResolver, type ModuleResolver } from './resolver.ts';
import { stateFolder, transformCacheFolder } from './state-folder.ts';
import { createUserModules } from './user-modules.ts';

export type { LevinPluginOptions } from './plugin-options.ts';

const LOADER_MODULE = 'virtual:levin/loader';
const TEST_FILE = /\.(test|spec)\.[cm]?[jt]sx?$/;

/**
 * Vite plugin, for jobs tested with Vitest: test files are main files, so closures may capture variables of the test, of `describe` and of the file.
 * Executors load the imported modules through Node from disk: aliases of Vite apply there too, `vi.mock` and other plugins do not.
 *
 * @example export default defineConfig({ plugins: [levin()] });
 */
export function levin(options: LevinPluginOptions = {}): Plugin {
  const users = createUserModules(options.include);
  let root = '';
  let isMain = (_file: string): boolean => false;
  let resolver: ModuleResolver = createResolver();
  let loader = '';

  return {
    name: 'levin',
    enforce: 'pre',
    configResolved(config) {
      root = realPathOf(options.root ?? findProjectRoot(join(config.root, 'vite.config.ts')));
      isMain = mainFileTest(options.main ?? TEST_FILE, root);
      const aliases = userAliases(config);
      resolver = createResolver({ aliases });
      loader = loaderModule({ options, root, aliases });
    },
    resolveId(source, importer) {
      if (source === LOADER_MODULE) return `\0${LOADER_MODULE}`;
      if (source === 'levin/runtime') return levinPackage().entryFile('runtime');
      const from = importer === undefined ? null : realPathOf(importer);
      if (from === null || !users.has(from) || !resolver.isSpecial(source, from)) return null;
      return resolver.resolve(source, from);
    },
    load: (id) => (id === `\0${LOADER_MODULE}` ? loader : null),
    transform(code, id) {
      if (id.startsWith('\0') || id.includes('?')) return null;
      const file = realPathOf(id);
      if (!users.has(file)) return null;
      return transformForVite({ code, file, root, role: isMain(file) ? 'main' : 'module', driverOnly: options.driverOnly ?? [] });
    },
  };
}

interface ViteSource {
  readonly code: string;
  readonly file: string;
  readonly root: string;
  readonly role: 'main' | 'module';
  readonly driverOnly: readonly (string | RegExp)[];
}

interface SourceMapForVite {
  readonly version: number;
  readonly sources: string[];
  readonly mappings: string;
}

/** Annotated source, still TypeScript: Vite compiles it. */
function transformForVite({ code, file, root, role, driverOnly }: ViteSource): { code: string; map: SourceMapForVite } | null {
  const { annotateSource } = requireOwn('loading/compile-source') as typeof import('./compile-source.ts');
  const options = {
    moduleId: moduleIdOf(root, file),
    mode: 'driver',
    role,
    runtime: 'levin/runtime',
    driverOnly: [...DRIVER_ONLY, ...driverOnly],
  } as const;
  const output = annotateSource({ file, source: code, options });
  if (output === null) return null;
  const announced = role === 'main' ? `${output.code}\nimport ${JSON.stringify(LOADER_MODULE)};\n` : output.code;
  // Vite wants paths where Node wants URLs.
  return { code: announced, map: { version: 3, sources: [file], mappings: output.map.mappings } };
}

/** Vite's own aliases point into its client, which no executor has. */
function userAliases({ resolve }: ResolvedConfig): Alias[] {
  return resolve.alias
    .filter(({ find, replacement }) => !String(find).includes('@vite') && !replacement.includes('vite/dist/client'))
    .map(({ find, replacement }) => ({ find, replacement }));
}

interface LoaderFacts {
  readonly options: LevinPluginOptions;
  readonly root: string;
  readonly aliases: readonly Alias[];
}

/** Says where user code comes from, before a test file's own code runs. It imports nothing: whichever copy of levin runs reads it. */
function loaderModule({ options, root, aliases }: LoaderFacts): string {
  const { include = [], driverOnly = [] } = options;
  const loader: SourceLoader = {
    kind: 'source',
    root,
    mainFiles: [],
    include,
    driverOnly,
    aliases,
    cacheFolder: transformCacheFolder(stateFolder()),
  };
  return `globalThis[Symbol.for(${JSON.stringify(LOADER_KEY)})] ??= ${toCode(loader)};\nexport {};`;
}

/** Data with regular expressions in it as an expression. */
function toCode(value: unknown): string {
  if (value instanceof RegExp) return `new RegExp(${JSON.stringify(value.source)}, ${JSON.stringify(value.flags)})`;
  if (Array.isArray(value)) return `[${value.map(toCode).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${toCode(item)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value) ?? 'undefined';
}
