import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ConfigName, LevinConfig } from './config-input.ts';
import { type ConfigKey, type ConfigKind, configTable } from './config-table.ts';
import { nearestName } from './nearest-name.ts';
import { parseMaster } from './parse-master.ts';

export type ConfigSourceName = 'flag' | 'environment' | 'Context.create()' | 'config file' | 'journal';

/** Settings from one place; `values` are text from flags and environment, typed values from code. */
export interface ConfigSource {
  readonly name: ConfigSourceName;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface LoadedConfig {
  readonly config: LevinConfig;
  /** Keys that somebody set. */
  readonly set: ReadonlySet<ConfigName>;
  /** `master "local[2]" (flag) overrides "local[4]" (config file)` */
  readonly overrides: readonly string[];
}

const table: Readonly<Record<string, ConfigKey>> = configTable;

/** Merges the sources, the first one winning, into complete settings. Unknown keys and wrong values are errors, whichever source wins. */
export function loadConfig(sources: readonly ConfigSource[]): LoadedConfig {
  const values: Record<string, unknown> = {};
  const winners = new Map<string, ConfigSourceName>();
  const overrides: string[] = [];
  for (const source of sources) {
    for (const [given, raw] of Object.entries(source.values)) {
      if (raw === undefined) continue;
      const name = canonicalName(given, source.name);
      const value = parseValue(name, given, raw, source.name);
      const winner = winners.get(name);
      if (winner === undefined) {
        values[name] = value;
        winners.set(name, source.name);
      } else if (winner !== source.name && show(values[name]) !== show(value)) {
        overrides.push(`${name} ${show(values[name])} (${winner}) overrides ${show(value)} (${source.name})`);
      }
    }
  }
  for (const [name, key] of Object.entries(table)) values[name] ??= key.default;
  const config = Object.freeze(values) as unknown as LevinConfig;
  parseMaster(config.master);
  return { config, set: new Set(winners.keys()) as ReadonlySet<ConfigName>, overrides };
}

/** Settings out of environment variables; other `LEVIN_…` names are none of ours. */
export function environmentSource(env: Readonly<Record<string, string | undefined>>): ConfigSource {
  const values: Record<string, string> = {};
  for (const [name, key] of Object.entries(table)) {
    const value = env[key.env];
    if (value !== undefined && value !== '') values[name] = value;
  }
  return { name: 'environment', values };
}

function canonicalName(given: string, source: ConfigSourceName): string {
  if (Object.hasOwn(table, given)) return given;
  const aliased = Object.entries(table).find(([, key]) => key.aliases.includes(given));
  if (aliased !== undefined) return aliased[0];
  const names = [...Object.keys(table), ...Object.values(table).flatMap((key) => key.aliases)];
  const near = nearestName(given, names);
  throw new LevinError({
    code: 'UNKNOWN_CONFIG_KEY',
    fault: 'user',
    message: `Unknown configuration key "${given}" (${source}). ${near === null ? `Keys: ${Object.keys(table).join(', ')}.` : `Did you mean "${near}"?`}`,
  });
}

function parseValue(name: string, given: string, raw: unknown, source: ConfigSourceName): unknown {
  const { type } = table[name] as ConfigKey;
  const value = given === 'spark.ui.showConsoleProgress' ? sparkProgress(raw) : convert(type, raw);
  if (value !== undefined) return value;
  throw new LevinError({
    code: 'INVALID_CONFIG',
    fault: 'user',
    message: `${given} is ${show(raw)} (${source}); it must be ${expected(type)}.`,
  });
}

/** undefined: not of the kind, or out of its limits. */
function convert(type: ConfigKind, raw: unknown): unknown {
  switch (type.kind) {
    case 'string':
      return typeof raw === 'string' && raw !== '' ? raw : undefined;
    case 'boolean':
      return typeof raw === 'boolean' ? raw : { true: true, false: false }[String(raw)];
    case 'integer': {
      const value = typeof raw === 'string' && /^-?\d+$/.test(raw.trim()) ? Number(raw) : raw;
      return Number.isSafeInteger(value) && (value as number) >= type.min && (value as number) <= type.max ? value : undefined;
    }
    case 'choice':
      return type.choices.includes(raw as string) ? raw : undefined;
    case 'list': {
      const list = typeof raw === 'string' ? raw.split(',').map((part) => part.trim()) : raw;
      return Array.isArray(list) && list.every((part) => typeof part === 'string') ? list.filter((part) => part !== '') : undefined;
    }
  }
}

function sparkProgress(raw: unknown): string | undefined {
  return { true: 'auto', false: 'none' }[String(raw)];
}

function expected(type: ConfigKind): string {
  switch (type.kind) {
    case 'string':
      return 'a text that is not empty';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${type.min} to ${type.max}`;
    case 'choice':
      return `one of ${type.choices.join(', ')}`;
    case 'list':
      return 'a list of names separated by commas';
  }
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
