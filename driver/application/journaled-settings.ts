import type { LoadedConfig } from '../config/load-config.ts';
import { settingText } from '../config/setting-text.ts';
import type { AppStart } from '../journal/journal-entry.ts';

/** What somebody has set, as the journal has it. */
export function journaledConf({ config, set }: LoadedConfig): AppStart['conf'] {
  return Object.fromEntries([...set].map((name) => [name, settingText(config[name])]));
}

/** Settings that an application was started with, as text; where its state lies is known to whoever has read them. */
export function journaledSettings({ conf }: Pick<AppStart, 'conf'>): Record<string, string> {
  const { stateDir: _, ...settings } = conf;
  return Object.fromEntries(Object.entries(settings).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])));
}
