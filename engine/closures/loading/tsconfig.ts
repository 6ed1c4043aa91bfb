import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { LevinError } from '../../errors/levin-error.ts';

/** What levin reads of `compilerOptions`; everything else does not change the emitted JavaScript. */
export interface CompilerOptions {
  readonly experimentalDecorators?: boolean;
  readonly emitDecoratorMetadata?: boolean;
  readonly useDefineForClassFields?: boolean;
  readonly verbatimModuleSyntax?: boolean;
  readonly target?: string;
  readonly jsx?: string;
  readonly jsxFactory?: string;
  readonly jsxFragmentFactory?: string;
  readonly jsxImportSource?: string;
}

export interface Tsconfig {
  readonly compilerOptions: CompilerOptions;
  /** It, or something it extends or references, may map specifiers (`paths`, `baseUrl`). */
  readonly mapsSpecifiers: boolean;
  /** The file; null where there is none. */
  readonly file: string | null;
}

interface RawTsconfig {
  readonly extends?: string | readonly string[];
  readonly references?: unknown;
  readonly compilerOptions?: CompilerOptions & { readonly paths?: unknown; readonly baseUrl?: unknown };
}

const NONE: Tsconfig = { compilerOptions: {}, mapsSpecifiers: false, file: null };

/** Finds the tsconfig.json that governs a file (the nearest one upwards); answers are remembered by folder. */
export function createTsconfigReader(): (file: string) => Tsconfig {
  const byFolder = new Map<string, Tsconfig>();
  const ofFolder = (folder: string): Tsconfig => {
    const known = byFolder.get(folder);
    if (known !== undefined) return known;
    const file = join(folder, 'tsconfig.json');
    const parent = dirname(folder);
    const answer = existsSync(file) ? read(file, []) : parent === folder ? NONE : ofFolder(parent);
    byFolder.set(folder, answer);
    return answer;
  };
  return (file) => ofFolder(dirname(file));
}

function read(file: string, chain: readonly string[]): Tsconfig {
  if (chain.includes(file)) {
    throw invalid(file, `extends itself (${[...chain, file].join(' → ')}). Remove one of these "extends".`);
  }
  const raw = parseJsonWithComments(file);
  const bases = typeof raw.extends === 'string' ? [raw.extends] : (raw.extends ?? []);
  let options: CompilerOptions = {};
  const own = raw.compilerOptions;
  let mapsSpecifiers = own?.paths !== undefined || own?.baseUrl !== undefined || raw.references !== undefined;
  for (const base of bases) {
    const inherited = read(baseFile(file, base), [...chain, file]);
    options = { ...options, ...inherited.compilerOptions };
    mapsSpecifiers ||= inherited.mapsSpecifiers;
  }
  return { compilerOptions: { ...options, ...own }, mapsSpecifiers, file };
}

function baseFile(from: string, base: string): string {
  if (base.startsWith('.') || base.startsWith('/')) {
    const path = resolve(dirname(from), base);
    return existsSync(path) || path.endsWith('.json') ? path : `${path}.json`;
  }
  const require = createRequire(from);
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      return require.resolve(name);
    } catch {
      // The next spelling may be the one; the error below names them all.
    }
  }
  throw invalid(from, `extends "${base}", which is not installed. Install that package or correct "extends".`);
}

function parseJsonWithComments(file: string): RawTsconfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(file, 'cannot be read. It is named by "extends" of another tsconfig: correct that path.', cause);
  }
  try {
    return JSON.parse(toPlainJson(text)) as RawTsconfig;
  } catch (cause) {
    throw invalid(file, `is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}. Correct it.`, cause);
  }
}

/** Comments and trailing commas out; strings are matched first, so that nothing inside them is touched. */
export function toPlainJson(text: string): string {
  const withoutComments = text
    .replace(/^\uFEFF/, '')
    .replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g, (token) => (token.startsWith('"') ? token : ' '));
  return withoutComments.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (token) => (token === ',' ? '' : token));
}

function invalid(file: string, what: string, cause?: unknown): LevinError {
  return new LevinError({ code: 'INVALID_TSCONFIG', fault: 'user', message: `${file} ${what}`, details: { file }, cause });
}
