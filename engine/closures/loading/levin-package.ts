import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The copy of levin that is running: its folder, version and where its entries lie (TypeScript sources or built JavaScript). */
export interface LevinPackage {
  /** Folder of package.json, without a trailing separator. */
  readonly folder: string;
  readonly version: string;
  /** Absolute path of a published entry (`''` is `levin` itself, `runtime` is `levin/runtime`); null when there is no such entry. */
  entryFile(name: string): string | null;
  /** The file belongs to levin itself, so it is never transformed. */
  owns(file: string): boolean;
}

/** Published path → source file below the folder that holds `engine/`. */
const ENTRIES: Readonly<Record<string, string>> = {
  '': 'driver/index',
  runtime: 'engine/closures/runtime/entry',
  // Not published: what an executor bundle has in the place of `levin`.
  'executor-api': 'engine/closures/loading/executor-api',
  'key-map': 'engine/records/key-map',
  register: 'engine/closures/loading/register',
  vite: 'engine/closures/loading/vite-plugin',
  esbuild: 'engine/closures/loading/esbuild-plugin',
  transform: 'engine/closures/transform/transform',
};
/** Put in by the bundler of functions: there all of levin is in one folder, and no package.json above it. */
declare const LEVIN_VERSION: string | undefined;
const OWN_FOLDERS = ['engine', 'driver', 'shuffle', 'functions', 'bin', 'dist'];

let found: LevinPackage | undefined;

/** The running copy of levin (looked up once). */
export function levinPackage(): LevinPackage {
  found ??= locate(fileURLToPath(import.meta.url));
  return found;
}

const require = createRequire(import.meta.url);

/** Loads a dependency when it is first needed, at once: loader hooks are synchronous and start-up has to stay cheap. */
export function requirePackage(name: string): unknown {
  return require(name);
}

/** The same for a module of this folder's parent, named without its extension (`loading/compile-source`). */
export function requireOwn(path: string): unknown {
  return require(`../${path}${extname(fileURLToPath(import.meta.url))}`);
}

function locate(thisFile: string): LevinPackage {
  if (typeof LEVIN_VERSION === 'string') return bundled(dirname(thisFile), LEVIN_VERSION);
  // `<base>/engine/closures/loading/levin-package.ts`; base is the package folder, or its `dist`.
  const base = dirname(dirname(dirname(dirname(thisFile))));
  const folder = existsSync(join(base, 'package.json')) ? base : dirname(base);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const extension = extname(thisFile);
  return {
    folder,
    version,
    entryFile(name) {
      const entry = ENTRIES[name];
      return entry === undefined ? null : join(base, entry) + extension;
    },
    owns: (file) => OWN_FOLDERS.some((own) => file.startsWith(folder + sep + own + sep)),
  };
}

function bundled(folder: string, version: string): LevinPackage {
  return { folder, version, entryFile: () => null, owns: (file) => file.startsWith(folder + sep) };
}

/** URL of a published entry of the running copy, for messages and resolve hooks. */
export function levinEntryUrl(name: string): string | null {
  const file = levinPackage().entryFile(name);
  return file === null ? null : pathToFileURL(file).href;
}
