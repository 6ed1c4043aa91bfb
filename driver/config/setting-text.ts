import type { ConfigName, LevinConfig } from './config-input.ts';

/** The value of a setting as journal and event log hold it: what is no scalar as the text that an environment variable would have. */
export function settingText(value: LevinConfig[ConfigName]): string | number | boolean | null {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value);
}
