import type { TaskSettings } from '../../types/task.ts';

export interface SettingsForTasks {
  /** Names of variables that functions may read; `*` allows all, and brings none. */
  readonly allowedEnv: readonly string[];
  /** null: what suits S3. */
  readonly shuffleCompression: TaskSettings['shuffleCompression'] | null;
  readonly requesterPays: boolean;
}

/** What executor functions are to know of an application's settings; values of variables are those of this process. */
export function taskSettings({ allowedEnv, shuffleCompression, requesterPays }: SettingsForTasks, from: NodeJS.ProcessEnv): TaskSettings {
  const env: Record<string, string> = {};
  for (const name of allowedEnv) if (from[name] !== undefined) env[name] = from[name];
  // S3 is behind a network: fewer bytes are worth the processor time.
  return { env, shuffleCompression: shuffleCompression ?? 'zstd', requesterPays };
}
