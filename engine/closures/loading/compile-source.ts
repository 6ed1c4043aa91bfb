import { pathToFileURL } from 'node:url';
import { transform as closureTransform, type TransformOptions } from '../transform/transform.ts';
import { lowerTypeScript } from './lower-typescript.ts';
import { hasDecorators, isCommonJs } from './source-kind.ts';
import { type SourceMap, withInlineMap } from './source-maps.ts';
import type { CompiledModule } from './transform-cache.ts';
import type { CompilerOptions } from './tsconfig.ts';

/** The transform, or what a test of the loader alone puts in its place. */
export type TransformFunction = (
  code: string,
  id: string,
  options: TransformOptions,
) => { readonly code: string; readonly map: { readonly mappings: string } };

export interface SourceToAnnotate {
  readonly file: string;
  readonly source: string;
  /** package.json or the extension already makes it ESM. */
  readonly knownEsm?: boolean;
  readonly options: TransformOptions;
  /** Another transform, for tests of the loader alone. */
  readonly transform?: TransformFunction | undefined;
}

export interface SourceToCompile extends SourceToAnnotate {
  readonly compilerOptions: CompilerOptions;
}

/** The closure transform alone: TypeScript stays TypeScript. Null for CommonJS. */
export function annotateSource(request: SourceToAnnotate): { readonly code: string; readonly map: SourceMap } | null {
  const { file, source, options } = request;
  if (!request.knownEsm && isCommonJs(file, source)) return null;
  const { code, map } = (request.transform ?? closureTransform)(source, file, options);
  return { code, map: { version: 3, sources: [pathToFileURL(file).href], names: [], mappings: map.mappings } };
}

/** One user file through the closure transform and to JavaScript. Loaded on a cache miss only: everything heavy hangs on this module. */
export function compileSource(request: SourceToCompile): CompiledModule {
  const annotated = annotateSource(request);
  if (annotated === null) return { kind: 'commonjs' };
  const { file, source, compilerOptions } = request;
  const output = lowerTypeScript({ file, ...annotated, compilerOptions, decorated: hasDecorators(file, source) });
  return { kind: 'module', code: withInlineMap(output.code, output.map) };
}
