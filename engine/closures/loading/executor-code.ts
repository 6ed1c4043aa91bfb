import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorCode, LevinError } from '../../errors/levin-error.ts';
import { loadedModules, setPackageVersionResolver } from '../runtime/driver-registry.ts';
import type { ExecutorHookData } from './executor-hooks.ts';
import { createImportNames } from './import-names.ts';
import { requireOwn } from './levin-package.ts';
import { type BuiltLoader, currentLoader, type Loader, type SourceLoader } from './loader-state.ts';
import { createResolver } from './resolver.ts';
import { createUserModules } from './user-modules.ts';

/** One ES module for executors. */
export interface BundleFile {
  readonly code: Uint8Array;
  /** SHA-256 of `code`, hex. */
  readonly hash: string;
}

/**
 * The loader of this process, ready for fingerprints; null when user code was loaded without levin.
 * Called when a context starts: a bundled job and Vite announce themselves before any of levin's code runs.
 */
export function activateLoader(): Loader | null {
  const loader = currentLoader();
  if (loader?.kind === 'built') setPackageVersionResolver(builtImportNames(loader));
  if (loader?.kind === 'source') {
    const { root, include, aliases } = loader;
    setPackageVersionResolver(createImportNames({ root, resolver: createResolver({ aliases }), users: createUserModules(include) }));
  }
  return loader;
}

/** For worker threads that load user modules from disk. Main files are those given and those loaded so far (tests). */
export function executorHookData(loader: SourceLoader): ExecutorHookData {
  const { kind: _, ...data } = loader;
  const loaded = loadedModules().filter(({ role }) => role === 'main');
  return { ...data, mainFiles: [...new Set([...data.mainFiles, ...loaded.map(({ fileUrl }) => pathOf(fileUrl))])] };
}

/** For executors that do not share a disk with the driver: everything loaded so far. Build it again when a payload names a module that is not in it. */
export async function executorBundle(loader: Loader): Promise<BundleFile> {
  if (loader.kind === 'built') return readBuiltBundle(loader);
  const { buildExecutorBundle } = requireOwn('loading/executor-bundle') as typeof import('./executor-bundle.ts');
  const modules = loadedModules().map(({ moduleId }) => moduleId);
  return buildExecutorBundle({ ...executorHookData(loader), modules });
}

async function readBuiltBundle({ bundleFile }: BuiltLoader): Promise<BundleFile> {
  try {
    const code = await readFile(bundleFile);
    return { code, hash: hash('sha256', code, 'hex') };
  } catch (cause) {
    const message =
      `Cannot read the executor bundle ${bundleFile} (${errorCode(cause) ?? 'unknown error'}). It was written beside the built job: ` +
      `keep both files in one folder, or build the job again.`;
    throw new LevinError({ code: 'BUNDLE_MISSING', fault: 'user', message, details: { bundleFile }, cause });
  }
}

function builtImportNames({ bundleFile }: BuiltLoader): (source: string, fromModuleId: string) => string {
  let names: Readonly<Record<string, string>> | undefined;
  return (source, from) => {
    names ??= (JSON.parse(readFileSync(`${bundleFile}.json`, 'utf8')) as { readonly importNames: Record<string, string> }).importNames;
    return names[`${from}\n${source}`] ?? source;
  };
}

function pathOf(fileUrl: string): string {
  return fileUrl.startsWith('file:') ? fileURLToPath(fileUrl) : fileUrl;
}
