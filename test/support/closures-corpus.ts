import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { Program } from '../../engine/closures/transform/ast.ts';

export interface CorpusFile {
  /** Relative to the project root. */
  readonly path: string;
  readonly code: string;
}

const ROOT = join(import.meta.dirname, '../..');

/** Packages of many styles: old bundles, modern modules, TypeScript sources with every kind of type, generated code. */
const PACKAGES = [
  '@jridgewell/sourcemap-codec',
  '@jridgewell/trace-mapping',
  '@typescript-eslint/scope-manager',
  '@vitest',
  'acorn',
  'acorn-loose',
  'acorn-walk',
  'chai',
  'd3-dsv',
  'enhanced-resolve',
  'estree-walker',
  'fast-check',
  'knip',
  'lodash-es',
  'magic-string',
  'msgpackr',
  'pure-rand',
  'tsconfig-paths',
  'vega-datasets',
  'vitest',
  'yaml',
  'zod',
];

const MAX_FILE_BYTES = 400_000;

/** JavaScript and TypeScript files of installed packages, and our own sources, in a fixed order. */
export function corpusFiles(
  folders: readonly string[] = [...PACKAGES.map((name) => `node_modules/${name}`), 'engine', 'driver'],
): CorpusFile[] {
  const patterns = folders.map((folder) => `${folder}/**/*.{js,mjs,ts,mts,tsx}`);
  return globSync(patterns, { cwd: ROOT })
    .filter((path) => !/\.d\.m?ts$/.test(path) && !/\/node_modules\/.*\/node_modules\//.test(path))
    .filter((path) => statSync(join(ROOT, path)).size < MAX_FILE_BYTES)
    .sort()
    .map((path) => ({ path, code: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The file as the transform parses it; null when it is not an ES module (a script with `with`, sloppy octals …). */
export function parseCorpusFile({ path, code }: CorpusFile): Program | null {
  const lang = path.endsWith('.tsx') ? 'tsx' : /\.m?ts$/.test(path) ? 'ts' : 'jsx';
  const result = parseSync(path, code, { lang, sourceType: 'module', astType: 'ts', range: true, preserveParens: false });
  return result.errors.length === 0 ? result.program : null;
}
