import type { BindingSlices, SiteMeta } from '../site-meta.ts';
import { type Analysis, analyse } from './analysis.ts';
import { assertEsModule } from './commonjs.ts';
import type { Piece } from './edits.ts';
import { driverPieces } from './emit-driver.ts';
import { executorMainPieces, executorModulePieces } from './emit-executor.ts';
import { emit, type SourceMapV3 } from './emitter.ts';
import { parseModule } from './parse.ts';
import { createSourceText } from './source-text.ts';
import { findUnknownGlobals, type UnknownGlobal } from './unknown-globals.ts';

export type { SourceMapV3 } from './emitter.ts';
export type { UnknownGlobal } from './unknown-globals.ts';

export interface TransformOptions {
  /** Path relative to the project root, `/` separators: the same on the driver and on executors. */
  readonly moduleId: string;
  /** `driver`: functions know where they come from. `executor`: functions can be made again. */
  readonly mode: 'driver' | 'executor';
  /** `main`: the job file or a test, whose top level runs on the driver only. `module`: what it imports, evaluated on executors too. */
  readonly role: 'main' | 'module';
  /** What emitted code imports from, `levin/runtime`. */
  readonly runtime: string;
  /** Import sources that exist only on the driver. */
  readonly driverOnly: readonly (string | RegExp)[];
  /** For bundlers: what the executor's copy of a main file imports instead of `source`, a module with these exports (`*`: all of them). */
  readonly lazySpec?: (source: string, names: readonly string[]) => string;
}

export interface TransformResult {
  readonly code: string;
  readonly map: SourceMapV3;
  readonly meta: {
    /** Functions and classes in source order. */
    readonly sites: readonly SiteMeta[];
    /** What each top-level name depends on; empty for a main file. */
    readonly exports: BindingSlices;
    /** Names in functions that nothing declares, for `levin check`. */
    readonly unknownGlobals: readonly UnknownGlobal[];
  };
}

/**
 * Makes the functions of a module shippable. Takes TypeScript or JavaScript (an ES module) and gives the same language;
 * run it before any other tool.
 *
 * @param id absolute path of the file.
 * @throws LevinError `SYNTAX_ERROR`, `COMMONJS_MODULE`.
 *
 * @example
 * ```ts
 * const { code, map } = transform(source, '/project/src/job.ts', {
 *   moduleId: 'src/job.ts', mode: 'driver', role: 'main', runtime: 'levin/runtime', driverOnly: ['levin'],
 * });
 * ```
 */
export function transform(code: string, id: string, options: TransformOptions): TransformResult {
  const source = createSourceText(code);
  const parsed = parseModule(source, id);
  const analysis = analyse(parsed.program, source, options);
  assertEsModule(parsed, analysis.facts, id);
  const path = id.replace(/[?#].*$/, '');
  return {
    ...emit(source, piecesOf(analysis, { ...options, code, id }), path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)),
    meta: {
      sites: analysis.metas,
      exports: analysis.slices?.exports ?? {},
      unknownGlobals: findUnknownGlobals(analysis.facts, analysis.sites, source),
    },
  };
}

function piecesOf(analysis: Analysis, input: TransformOptions & { readonly code: string; readonly id: string }): readonly Piece[] {
  if (input.mode === 'driver') return driverPieces({ ...input, analysis });
  return input.role === 'main' ? executorMainPieces({ ...input, analysis }) : executorModulePieces({ ...input, analysis });
}
