import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileOfModule, moduleIdOf, realPathOf } from './project-root.ts';
import type { ModuleResolver } from './resolver.ts';
import type { UserModules } from './user-modules.ts';

export interface ImportNameOptions {
  readonly root: string;
  readonly resolver: ModuleResolver;
  readonly users: UserModules;
}

/**
 * What an import of a user module means for the lineage: `module:<id>` for another user module, `name@version` for a package,
 * `node:` and the name for a builtin; the specifier itself when nothing is found. Answers are remembered.
 */
export function createImportNames(options: ImportNameOptions): (source: string, fromModuleId: string) => string {
  const known = new Map<string, string>();
  return (source, fromModuleId) => {
    const key = `${fromModuleId}\n${source}`;
    const name = known.get(key) ?? nameOf(source, fileOfModule(options.root, fromModuleId), options);
    known.set(key, name);
    return name;
  };
}

function nameOf(source: string, importer: string, { root, resolver, users }: ImportNameOptions): string {
  if (isBuiltin(source)) return source.startsWith('node:') ? source : `node:${source}`;
  const special = resolver.isPath(source) || resolver.isSpecial(source, importer);
  const packageFile = special ? null : installedPackageFile(source, importer);
  if (packageFile?.includes(`${sep}node_modules${sep}`)) {
    const { name, version } = readPackage(packageFile);
    const included = users.has(join(dirname(packageFile), 'index.js'));
    if (!included) return `${name}@${version}`;
  }
  const file = resolver.resolve(source, importer);
  if (file === null) return source;
  return users.has(file) ? `module:${moduleIdOf(root, file)}` : nameOfPackageOf(file);
}

/** Real path of `node_modules/<name>/package.json` as Node would look for it, without loading a resolver. */
function installedPackageFile(source: string, importer: string): string | null {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];
  if (name === undefined || source.startsWith('#')) return null;
  for (let folder = dirname(importer); folder !== dirname(folder); folder = dirname(folder)) {
    const file = realPathOf(join(folder, 'node_modules', name, 'package.json'));
    if (existsSync(file)) return file;
  }
  return null;
}

function nameOfPackageOf(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'package.json');
    if (!existsSync(candidate)) continue;
    const { name, version } = readPackage(candidate);
    if (name !== undefined) return `${name}@${version}`;
  }
  return file;
}

function readPackage(file: string): { readonly name?: string; readonly version?: string } {
  return JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: string; readonly version?: string };
}
