import { homedir } from 'node:os';
import { join } from 'node:path';

/** `LEVIN_STATE_DIR`, else the platform's place for a user's state; never the working folder. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const chosen = env['LEVIN_STATE_DIR'];
  if (chosen) return chosen;
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'levin');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'levin');
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'levin');
}

/** Where transformed modules are kept below a state folder. */
export function transformCacheFolder(stateDir: string): string {
  return join(stateDir, 'cache', 'transform');
}
