import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ConfigSource } from './load-config.ts';

const NAMES = ['levin.config.ts', 'levin.config.mts', 'levin.config.js', 'levin.config.mjs'];

/** Settings of the project: the default export of `levin.config.ts` (or .mts, .js, .mjs) in the project root; null when there is none. */
export async function loadConfigFile(root: string): Promise<ConfigSource | null> {
  const file = NAMES.map((name) => join(root, name)).find((path) => existsSync(path));
  if (file === undefined) return null;
  const { default: values } = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    return { name: 'config file', values: values as Readonly<Record<string, unknown>> };
  }
  throw new LevinError({
    code: 'INVALID_CONFIG',
    fault: 'user',
    message: `${file} has ${values === undefined ? 'no default export' : `a default export that is ${typeof values}`}; it must export settings: export default defineConfig({ … }).`,
  });
}
