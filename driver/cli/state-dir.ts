import { resolve } from 'node:path';
import { installDriverHooks } from '../../engine/closures/loading/driver-hooks.ts';
import { findProjectRoot } from '../../engine/closures/loading/project-root.ts';
import { stateFolder, transformCacheFolder } from '../../engine/closures/loading/state-folder.ts';
import type { ConfigSource } from '../config/load-config.ts';

/** The state folder before there is a Context: flag, environment, the configuration file of the project that `file` is in, or the user's own. */
export async function stateDirOf(flag: string | undefined, file: string): Promise<string> {
  return (await configuredFolder({ flag, env: 'LEVIN_STATE_DIR', key: 'stateDir' }, file)) ?? resolve(stateFolder());
}

/** The master that the project's configuration names; null: none. */
export async function configuredMaster(file: string): Promise<string | null> {
  const settings = await projectSettings(file);
  const master = settings?.values['master'] ?? settings?.values['spark.master'];
  return typeof master === 'string' && master !== '' ? master : null;
}

/** Where temporary files lie; null: the system's temporary folder. */
export async function localDirOf(file: string): Promise<string | null> {
  return await configuredFolder({ flag: undefined, env: 'LEVIN_LOCAL_DIR', key: 'localDir' }, file);
}

interface FolderSetting {
  readonly flag: string | undefined;
  readonly env: string;
  readonly key: string;
}

async function configuredFolder({ flag, env, key }: FolderSetting, file: string): Promise<string | null> {
  const given = flag ?? process.env[env];
  if (given) return resolve(given);
  const configured = (await projectSettings(file))?.values[key];
  return typeof configured === 'string' && configured !== '' ? resolve(configured) : null;
}

/** Settings in the configuration file of the project that `file` is in; null when it has none. */
export async function projectSettings(file: string): Promise<ConfigSource | null> {
  const root = findProjectRoot(file);
  const { projectConfig } = await import('../application/project-config.ts');
  // The file imports levin, which only the hooks find where no project has it installed. A journal may then name another root.
  const hooks = installDriverHooks({ root, mainFiles: [file], cacheFolder: transformCacheFolder(resolve(stateFolder())) });
  return await projectConfig(root).finally(hooks.uninstall);
}
