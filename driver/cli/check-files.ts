import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { DRIVER_ONLY } from '../../engine/closures/loading/driver-only.ts';
import { findProjectRoot, moduleIdOf, realPathOf } from '../../engine/closures/loading/project-root.ts';
import { createResolver, type ModuleResolver } from '../../engine/closures/loading/resolver.ts';
import { createUserModules, type UserModules } from '../../engine/closures/loading/user-modules.ts';
import type { SiteMeta } from '../../engine/closures/site-meta.ts';
import { createSourceText } from '../../engine/closures/transform/source-text.ts';
import { transform } from '../../engine/closures/transform/transform.ts';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import { findOperationArguments, type OperationArgument } from './check-operations.ts';

/** Something in a user's file that would fail on an executor, or when it is shipped. */
export interface Finding {
  readonly kind: 'unshippable' | 'unknown-global';
  /** Absolute path. */
  readonly file: string;
  /** Of the offending code, 1-based. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Three lines of source with carets. */
  readonly frame: string;
}

export interface CheckOptions {
  /** Project root; default: that of the first file. */
  readonly root?: string;
  readonly include?: readonly (string | RegExp)[];
  readonly driverOnly?: readonly (string | RegExp)[];
}

/**
 * Looks for functions that can never be shipped where they are passed directly to an operation, and for names that are declared nowhere.
 * Checks the given files and every user module they import. A file that no other one imports is taken as a main file.
 *
 * @throws LevinError `SYNTAX_ERROR`, `FILE_NOT_FOUND`.
 */
export function checkFiles(files: readonly string[], options: CheckOptions = {}): readonly Finding[] {
  const given = files.map((file) => realPathOf(resolve(file)));
  const root = realPathOf(options.root ?? findProjectRoot(given[0] ?? resolve('x')));
  const imported = new Set<string>();
  const sources = readModules(given, { users: createUserModules(options.include), resolver: createResolver(), imported });
  const driverOnly = [...DRIVER_ONLY, ...(options.driverOnly ?? [])];
  return [...sources].flatMap(([file, source]) => {
    const role = imported.has(file) ? 'module' : 'main';
    const { meta } = transform(source, file, {
      moduleId: moduleIdOf(root, file),
      mode: 'driver',
      role,
      runtime: 'levin/runtime',
      driverOnly,
    });
    return [...unshippable(file, source, meta.sites), ...unknownGlobals(file, source, meta.unknownGlobals)].sort(bySource);
  });
}

/** Every source file below a folder: what is checked when no file is named. */
export function sourceFilesBelow(folder: string): readonly string[] {
  const exclude = (path: string): boolean => /(^|\/)(node_modules|dist|\.[^/]+)$/.test(path);
  return globSync('**/*.{ts,mts,tsx,js,mjs,jsx}', { cwd: folder, exclude })
    .filter((path) => !path.endsWith('.d.ts'))
    .sort()
    .map((path) => resolve(folder, path));
}

interface ModuleSearch {
  readonly users: UserModules;
  readonly resolver: ModuleResolver;
  /** Receives the files that another one imports. */
  readonly imported: Set<string>;
}

function readModules(files: readonly string[], { users, resolver, imported }: ModuleSearch): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  const queue = [...files];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (sources.has(file)) continue;
    const source = read(file);
    sources.set(file, source);
    for (const specifier of importsOf(file, source)) {
      const found = resolver.resolve(specifier, file);
      if (found === null || !users.has(found)) continue;
      imported.add(found);
      queue.push(found);
    }
  }
  return sources;
}

function importsOf(file: string, source: string): readonly string[] {
  const { module } = parseSync(file, source, { sourceType: 'module' });
  const statements = [
    ...module.staticImports.filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType)),
    ...module.staticExports.flatMap(({ entries }) => entries.filter(({ moduleRequest, isType }) => moduleRequest !== null && !isType)),
  ];
  return statements.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value]));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `levin check: cannot read ${file} (${errorCode(cause) ?? 'unknown error'}). Give the path of a TypeScript or JavaScript file.`;
    throw new LevinError({ code: 'FILE_NOT_FOUND', fault: 'user', message, details: { file }, cause });
  }
}

function unshippable(file: string, source: string, sites: readonly SiteMeta[]): readonly Finding[] {
  const text = createSourceText(source);
  const found = new Map<SiteMeta, Finding>();
  for (const argument of findOperationArguments(file, source)) {
    const site = siteOf(argument, sites, text.positionOf(argument.start));
    if (site?.error == null || found.has(site)) continue;
    const { line, column, frame } = site.error;
    const message = `the function passed to ${argument.operation}() cannot be shipped to executors: ${site.error.message}`;
    found.set(site, { kind: 'unshippable', file, line, column, message, frame });
  }
  return [...found.values()];
}

/** A name stands for a site only when no other function of the file bears it. */
function siteOf(
  argument: OperationArgument,
  sites: readonly SiteMeta[],
  at: { readonly line: number; readonly column: number },
): SiteMeta | undefined {
  if (argument.name === null) return sites.find(({ line, column }) => line === at.line && column === at.column);
  const named = sites.filter(({ name, kind }) => name === argument.name && kind === 'function');
  return named.length === 1 ? named[0] : undefined;
}

interface UnknownGlobal {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

function unknownGlobals(file: string, source: string, names: readonly UnknownGlobal[]): readonly Finding[] {
  const text = createSourceText(source);
  return names.map(({ name, line, column }) => {
    const start = (text.lineStarts[line - 1] ?? 0) + column - 1;
    const message = `"${name}" is declared nowhere in this file and is no global of Node.js: using it is a ReferenceError. Import it, declare it, or correct the name.`;
    return { kind: 'unknown-global', file, line, column, message, frame: text.frame(start, start + name.length) };
  });
}

function bySource(a: Finding, b: Finding): number {
  return a.line - b.line || a.column - b.column;
}
