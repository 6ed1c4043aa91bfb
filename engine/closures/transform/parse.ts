import { parseSync } from 'oxc-parser';
import { LevinError } from '../../errors/levin-error.ts';
import type { Program } from './ast.ts';
import type { SourceText } from './source-text.ts';

export interface ParsedModule {
  readonly program: Program;
  /** Has import or export declarations, or `import.meta`. */
  readonly hasModuleSyntax: boolean;
}

type Language = 'ts' | 'tsx' | 'jsx';

/**
 * Parses TypeScript or JavaScript as an ES module.
 *
 * @throws LevinError `SYNTAX_ERROR` with file:line:column and three lines of source; `COMMONJS_MODULE` for `.cts` and `.cjs`.
 */
export function parseModule(source: SourceText, id: string): ParsedModule {
  const path = id.replace(/[?#].*$/, '');
  if (/\.c[jt]s$/.test(path)) throw commonJsError(path, 'its extension makes it a CommonJS module');
  const result = parseSync(path, source.code, { lang: languageOf(path), sourceType: 'module', astType: 'ts', preserveParens: false });
  const error = result.errors.find(({ severity }) => severity === 'Error');
  if (error !== undefined) throw syntaxError(source, path, error);
  return { program: result.program, hasModuleSyntax: result.module.hasModuleSyntax };
}

export function commonJsError(path: string, why: string): LevinError {
  return new LevinError({
    code: 'COMMONJS_MODULE',
    fault: 'user',
    message: `Cannot ship functions of ${path}: ${why}, and closures travel from ES modules only. Use import and export, and the extension .ts, .mts, .js or .mjs.`,
    details: { file: path },
  });
}

/** JSX is understood in every JavaScript file: there it cannot mean anything else. */
function languageOf(path: string): Language {
  if (path.endsWith('.tsx')) return 'tsx';
  return /\.[mc]?tsx?$/.test(path) ? 'ts' : 'jsx';
}

interface ParserError {
  readonly message: string;
  readonly helpMessage: string | null;
  readonly labels: readonly { readonly start: number; readonly end: number }[];
}

function syntaxError(source: SourceText, path: string, error: ParserError): LevinError {
  const label = error.labels[0] ?? { start: 0, end: 0 };
  const { line, column } = source.positionOf(label.start);
  const help = error.helpMessage === null ? '' : ` ${error.helpMessage}`;
  return new LevinError({
    code: 'SYNTAX_ERROR',
    fault: 'user',
    message: `${path}:${line}:${column}: ${error.message}${help}\n${source.frame(label.start, label.end)}`,
    details: { file: path, line, column },
  });
}
