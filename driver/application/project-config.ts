import { resolve } from 'node:path';
import type { ConfigSource } from '../config/load-config.ts';
import { loadConfigFile } from '../config/load-config-file.ts';

/** The project's configuration file; null when there is none. Its folders are below the project, wherever the job is started from. */
export async function projectConfig(root: string): Promise<ConfigSource | null> {
  const file = await loadConfigFile(root);
  if (file === null) return null;
  const values = { ...file.values };
  for (const name of ['stateDir', 'localDir']) {
    const folder = values[name];
    if (typeof folder === 'string' && folder !== '') values[name] = resolve(root, folder);
  }
  return { ...file, values };
}
