import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { TransformOptions } from '../transform/transform.ts';
import type { TransformFunction } from './compile-source.ts';
import { DRIVER_ONLY } from './driver-only.ts';
import { levinPackage, requireOwn } from './levin-package.ts';
import { moduleIdOf } from './project-root.ts';
import type { CompiledModule, TransformCache } from './transform-cache.ts';
import { createTsconfigReader } from './tsconfig.ts';

/** `main`: the job script or test file, whose top level stays on the driver. `module`: everything it imports. */
export type ModuleRole = TransformOptions['role'];
export type LoadMode = TransformOptions['mode'];

export interface ModuleCompilerOptions {
  /** Project root; module ids are relative to it. */
  readonly root: string;
  readonly mode: LoadMode;
  /** Real paths of the files whose role is `main`, or what tells them. */
  readonly mainFiles: readonly string[] | ((file: string) => boolean);
  /** More imports that no executor may use, beside levin itself and test frameworks. */
  readonly driverOnly?: readonly (string | RegExp)[] | undefined;
  readonly cache?: TransformCache | null | undefined;
  /** Makes the lazy imports of a main file point to virtual modules of the bundler (bundles only). */
  readonly lazySpec?: (source: string, names: readonly string[]) => string;
  /** Another transform, for tests of the loader alone. */
  readonly transform?: TransformFunction | undefined;
}

export interface ModuleCompiler {
  roleOf(file: string): ModuleRole;
  /** JavaScript with an inline source map to the user's file. `knownEsm`: package.json already makes it ESM. */
  compile(file: string, knownEsm?: boolean): CompiledModule;
}

/** User file → transform → JavaScript, remembered on disk. Parser, transform and TypeScript compiler are loaded at the first miss only. */
export function createModuleCompiler(options: ModuleCompilerOptions): ModuleCompiler {
  const { root, mode, lazySpec, transform } = options;
  const { mainFiles } = options;
  const isMain = typeof mainFiles === 'function' ? mainFiles : (file: string) => mainFiles.includes(file);
  const tsconfigOf = createTsconfigReader();
  const driverOnly = [...DRIVER_ONLY, ...(options.driverOnly ?? [])];
  const settings = [versionOfTransform(), mode, lazySpec !== undefined, root, driverOnly.map(String)];
  const roleOf = (file: string): ModuleRole => (isMain(file) ? 'main' : 'module');

  return {
    roleOf,
    compile(file, knownEsm = false) {
      const source = readFileSync(file, 'utf8');
      const role = roleOf(file);
      const { compilerOptions } = tsconfigOf(file);
      const key = hash('sha256', JSON.stringify([settings, role, file, knownEsm, compilerOptions, source]));
      const cached = options.cache?.get(key);
      if (cached) return cached;
      const { compileSource } = requireOwn('loading/compile-source') as typeof import('./compile-source.ts');
      const transformOptions = {
        moduleId: moduleIdOf(root, file),
        mode,
        role,
        runtime: 'levin/runtime',
        driverOnly,
        ...(lazySpec && { lazySpec }),
      };
      const entry = compileSource({ file, source, knownEsm, compilerOptions, options: transformOptions, transform });
      options.cache?.put(key, entry);
      return entry;
    },
  };
}

let version: string | undefined;

/** An installed levin never changes within a version; one that is being worked on changes with its files. */
function versionOfTransform(): string {
  version ??= computeVersion();
  return version;
}

function computeVersion(): string {
  const own = levinPackage();
  const entry = own.entryFile('transform') ?? own.folder;
  if (own.folder.includes('node_modules')) return own.version;
  const folders = [join(entry, '..'), join(entry, '../../loading')].filter((folder) => existsSync(folder));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const stamps = files.filter((file) => extname(file) === extname(entry)).map((file) => statSync(file).mtimeMs);
  return `${own.version} ${stamps.length} ${Math.max(...stamps)}`;
}
