import { resolve } from 'node:path';
import type { ConfigSource } from '../config/load-config.ts';
import { loadConfigFile } from '../config/load-config-file.ts';

/** The project's configuration file; null when there is none. Its state folder is below the project, wherever the job is started from. */
export async function projectConfig(root: string): Promise<ConfigSource | null> {
  const file = await loadConfigFile(root);
  const stateDir = file?.values['stateDir'];
  if (file === null || typeof stateDir !== 'string' || stateDir === '') return file;
  return { ...file, values: { ...file.values, stateDir: resolve(root, stateDir) } };
}
