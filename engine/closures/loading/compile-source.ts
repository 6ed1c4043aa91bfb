import { pathToFileURL } from 'node:url';
import { requireOwn } from './levin-package.ts';
import { lowerTypeScript } from './lower-typescript.ts';
import { hasDecorators, isCommonJs } from './source-kind.ts';
import { type SourceMap, withInlineMap } from './source-maps.ts';
import type { CompiledModule } from './transform-cache.ts';
import type { CompilerOptions } from './tsconfig.ts';

/** `main`: the job script or test file, whose top level stays on the driver. `module`: everything it imports. */
export type ModuleRole = 'main' | 'module';
export type LoadMode = 'driver' | 'executor';

export interface TransformOptions {
  readonly moduleId: string;
  readonly mode: LoadMode;
  readonly role: ModuleRole;
  readonly runtime: string;
  readonly driverOnly: readonly (string | RegExp)[];
  readonly lazySpec?: (source: string, names: readonly string[]) => string;
}

export type TransformFunction = (code: string, id: string, options: TransformOptions) => { code: string; map: { mappings: string } };

export interface SourceToCompile {
  readonly file: string;
  readonly source: string;
  /** package.json or the extension already makes it ESM. */
  readonly knownEsm: boolean;
  readonly compilerOptions: CompilerOptions;
  readonly options: TransformOptions;
  /** Another transform, for tests of the loader alone. */
  readonly transform?: TransformFunction | undefined;
}

/** One user file through the closure transform and to JavaScript. Loaded on a cache miss only: everything heavy hangs on this module. */
export function compileSource(request: SourceToCompile): CompiledModule {
  const { file, source, options, compilerOptions } = request;
  if (!request.knownEsm && isCommonJs(file, source)) return { kind: 'commonjs' };
  const transform = request.transform ?? (requireOwn('transform/transform') as { transform: TransformFunction }).transform;
  const transformed = transform(source, file, options);
  const map: SourceMap = { version: 3, sources: [pathToFileURL(file).href], names: [], mappings: transformed.map.mappings };
  const decorated = hasDecorators(file, source);
  const output = lowerTypeScript({ file, code: transformed.code, map, compilerOptions, decorated });
  return { kind: 'module', code: withInlineMap(output.code, output.map) };
}
