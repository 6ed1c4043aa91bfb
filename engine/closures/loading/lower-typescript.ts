import { extname } from 'node:path';
import { type JsxOptions, transformSync as transformWithOxc } from 'oxc-transform';
import { LevinError } from '../../errors/levin-error.ts';
import { requirePackage } from './levin-package.ts';
import { composeSourceMaps, type SourceMap, withInlineMap } from './source-maps.ts';
import type { CompilerOptions } from './tsconfig.ts';

export interface LowerRequest {
  /** Absolute path; its extension tells the language. */
  readonly file: string;
  /** Output of the closure transform: still TypeScript. */
  readonly code: string;
  /** From `code` to the user's file. */
  readonly map: SourceMap;
  readonly compilerOptions: CompilerOptions;
  /** Decorators or auto-accessors, which Node 24 cannot parse. */
  readonly decorated: boolean;
}

export interface JavaScript {
  readonly code: string;
  readonly map: SourceMap;
}

type Language = 'ts' | 'tsx' | 'js' | 'jsx';

/**
 * TypeScript and JSX to JavaScript that Node 24 runs: oxc-transform, or esbuild for decorators (standard ones pass through oxc unchanged).
 * Enums, namespaces and parameter properties become code; imports used only as types disappear unless `verbatimModuleSyntax` keeps them.
 */
export function lowerTypeScript(request: LowerRequest): JavaScript {
  const language = languageOf(request.file);
  if (request.decorated) return lowerWithEsbuild(request, language);
  return language === 'js' ? request : lowerWithOxc(request, language);
}

export function languageOf(file: string): Language {
  switch (extname(file)) {
    case '.ts':
    case '.mts':
      return 'ts';
    case '.tsx':
      return 'tsx';
    case '.jsx':
      return 'jsx';
    default:
      return 'js';
  }
}

function lowerWithOxc({ file, code, map, compilerOptions }: LowerRequest, lang: Language): JavaScript {
  const assignFields = !definesClassFields(compilerOptions);
  const output = transformWithOxc(file, code, {
    lang,
    sourceType: 'module',
    sourcemap: true,
    jsx: jsxOptions(compilerOptions),
    assumptions: { setPublicClassFields: assignFields },
    typescript: {
      onlyRemoveTypeImports: compilerOptions.verbatimModuleSyntax ?? false,
      removeClassFieldsWithoutInitializer: assignFields,
    },
  });
  const [error] = output.errors.filter(({ severity }) => severity === 'Error');
  if (error !== undefined || output.map === undefined) {
    throw syntaxError(file, `${error?.message ?? 'no output'}${error?.codeframe ? `\n${error.codeframe}` : ''}`);
  }
  return { code: output.code, map: composeSourceMaps(toSourceMap(output.map), map) };
}

function lowerWithEsbuild({ file, code, map, compilerOptions }: LowerRequest, loader: Language): JavaScript {
  const { transformSync } = requirePackage('esbuild') as typeof import('esbuild');
  const { verbatimModuleSyntax, experimentalDecorators, jsx, jsxFactory, jsxFragmentFactory, jsxImportSource } = compilerOptions;
  try {
    const output = transformSync(withInlineMap(code, map), {
      loader,
      target: 'node24',
      sourcefile: file,
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
      tsconfigRaw: {
        compilerOptions: {
          useDefineForClassFields: definesClassFields(compilerOptions),
          ...defined({ verbatimModuleSyntax, experimentalDecorators, jsxFactory, jsxFragmentFactory, jsxImportSource }),
          jsx: jsx === 'react' ? 'react' : 'react-jsx',
        },
      },
    });
    return { code: output.code, map: { ...toSourceMap(JSON.parse(output.map) as SourceMap), sources: map.sources } };
  } catch (cause) {
    throw syntaxError(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** TypeScript's default: fields are defined from target ES2022 on, assigned before. */
function definesClassFields({ useDefineForClassFields, target }: CompilerOptions): boolean {
  return useDefineForClassFields ?? !/^es([356]|20(1\d|2[01]))$/i.test(target ?? 'esnext');
}

function jsxOptions({ jsx, jsxFactory, jsxFragmentFactory, jsxImportSource }: CompilerOptions): JsxOptions {
  if (jsx === 'react') return { runtime: 'classic', ...defined({ pragma: jsxFactory, pragmaFrag: jsxFragmentFactory }) };
  return { runtime: 'automatic', ...defined({ importSource: jsxImportSource }) };
}

function toSourceMap({ sources, mappings }: { readonly sources: readonly string[]; readonly mappings: string }): SourceMap {
  return { version: 3, sources, names: [], mappings };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function syntaxError(file: string, what: string, cause?: unknown): LevinError {
  return new LevinError({ code: 'SYNTAX_ERROR', fault: 'user', message: `Cannot compile ${file}: ${what}`, details: { file }, cause });
}
