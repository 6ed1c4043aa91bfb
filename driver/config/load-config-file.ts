import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ConfigSource } from './load-config.ts';

const NAMES = ['levin.config.ts', 'levin.config.mts', 'levin.config.js', 'levin.config.mjs'];

/**
 * Settings of the project: the default export of `levin.config.ts` (or .mts, .js, .mjs) in the project root; null when there is none.
 *
 * Fails with `CONFIG_FILE_FAILED` when the file cannot be evaluated, `INVALID_CONFIG` when it exports something else, or when there are two.
 */
export async function loadConfigFile(root: string): Promise<ConfigSource | null> {
  const [file, other] = NAMES.map((name) => join(root, name)).filter((path) => existsSync(path));
  if (file === undefined) return null;
  if (other !== undefined) throw invalid(`There are two configuration files, ${file} and ${basename(other)}. Keep one of them.`);
  const { default: values } = await evaluate(file);
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    return { name: basename(file), values: values as Readonly<Record<string, unknown>> };
  }
  throw invalid(`${file} has ${describeExport(values)}; it must export settings: export default defineConfig({ … }).`);
}

async function evaluate(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    const message = `The configuration file ${file} could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new LevinError({ code: 'CONFIG_FILE_FAILED', fault: 'user', message, cause });
  }
}

function describeExport(values: unknown): string {
  if (values === undefined) return 'no default export';
  if (values === null) return 'null as its default export';
  return `a default export that is ${Array.isArray(values) ? 'an array' : `a ${typeof values}`}`;
}

function invalid(message: string): LevinError {
  return new LevinError({ code: 'INVALID_CONFIG', fault: 'user', message });
}
