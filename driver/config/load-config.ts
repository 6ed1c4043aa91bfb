import { LevinError } from '../../engine/errors/levin-error.ts';
import { parseChaos } from '../chaos/parse-chaos.ts';
import type { ConfigName, LevinConfig } from './config-input.ts';
import { type ConfigKey, type ConfigKind, configTable } from './config-table.ts';
import { nearestName } from './nearest-name.ts';
import { parseMaster } from './parse-master.ts';
import { parsePools } from './parse-pools.ts';

/** Settings from one place; `values` are text from flags and environment, typed values from code. */
export interface ConfigSource {
  /** For messages: `flag`, `environment`, `Context.create()`, `levin.config.ts`. */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The settings of an application, with where each was set: `flag`, `journal`, `environment`, `Context.create()`, `levin.config.ts` or `default`. */
export type EffectiveConf = {
  readonly [K in ConfigName]: { readonly value: LevinConfig[K]; readonly source: string };
};

export interface LoadedConfig {
  readonly config: LevinConfig;
  /** Keys that somebody set. */
  readonly set: ReadonlySet<ConfigName>;
  /** `master "local[2]" (flag) overrides "local[4]" (levin.config.ts)` */
  readonly overrides: readonly string[];
  readonly effective: EffectiveConf;
}

/** Switches of Spark that stand for a key with other values: what off and on mean. */
const SWITCHES: Readonly<Record<string, readonly [off: string, on: string]>> = {
  'spark.ui.showConsoleProgress': ['none', 'auto'],
  'spark.shuffle.compress': ['none', 'zstd'],
};

const table: Readonly<Record<string, ConfigKey>> = configTable;

/**
 * Merges the sources, the first one winning, into complete settings; of two names for one key in the same source the last one counts.
 * Unknown keys (`UNKNOWN_CONFIG_KEY`) and wrong values (`INVALID_CONFIG`) are errors, whichever source wins.
 */
export function loadConfig(sources: readonly ConfigSource[]): LoadedConfig {
  const winners = new Map<string, { readonly value: unknown; readonly source: string }>();
  const overrides: string[] = [];
  for (const source of sources) {
    for (const [name, value] of valuesOf(source)) {
      const winner = winners.get(name);
      if (winner === undefined) winners.set(name, { value, source: source.name });
      else if (show(winner.value) !== show(value)) {
        overrides.push(`${name} ${show(winner.value)} (${winner.source}) overrides ${show(value)} (${source.name})`);
      }
    }
  }
  const complete = Object.entries(table).map(([name, key]) => [name, winners.get(name)?.value ?? key.default]);
  const config = Object.freeze(Object.fromEntries(complete)) as LevinConfig;
  parseMaster(config.master);
  if (config.chaos !== null) parseChaos(config.chaos, config.master);
  const names = Object.keys(table) as ConfigName[];
  const effective = Object.fromEntries(
    names.map((name) => [name, Object.freeze({ value: config[name], source: winners.get(name)?.source ?? 'default' })]),
  );
  return {
    config,
    set: new Set(winners.keys()) as ReadonlySet<ConfigName>,
    overrides,
    effective: Object.freeze(effective) as unknown as EffectiveConf,
  };
}

function valuesOf({ name: source, values }: ConfigSource): Map<string, unknown> {
  const parsed = new Map<string, unknown>();
  for (const [given, raw] of Object.entries(values)) {
    if (raw === undefined) continue;
    const name = canonicalName(given, source);
    parsed.set(name, parseValue(name, given, { raw, source }));
  }
  return parsed;
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

function canonicalName(given: string, source: string): string {
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

function parseValue(name: string, given: string, { raw, source }: { readonly raw: unknown; readonly source: string }): unknown {
  const { type } = table[name] as ConfigKey;
  const states = SWITCHES[given];
  const value = states === undefined ? convert(type, raw) : switched(states, raw);
  if (value !== undefined) return value;
  throw new LevinError({
    code: 'INVALID_CONFIG',
    fault: 'user',
    message: `${given} is ${show(raw)} (${source}); it must be ${expected(states === undefined ? type : { kind: 'boolean' })}.`,
  });
}

/** undefined: not of the kind, or out of its limits. */
function convert(type: ConfigKind, raw: unknown): unknown {
  switch (type.kind) {
    case 'string':
      return typeof raw === 'string' && raw !== '' ? raw : undefined;
    case 'boolean':
      return parseBoolean(raw);
    case 'integer':
      return inLimits(type, typeof raw === 'string' && /^-?\d+$/.test(raw.trim()) ? Number(raw) : raw);
    case 'bytes':
      return inLimits(type, typeof raw === 'string' ? parseBytes(raw) : raw);
    case 'number': {
      const value = typeof raw === 'string' && /^\d+(\.\d+)?$/.test(raw.trim()) ? Number(raw) : raw;
      return typeof value === 'number' && value >= type.min && value <= type.max ? value : undefined;
    }
    case 'duration':
      return inLimits(type, typeof raw === 'string' ? parseDuration(raw) : raw);
    case 'choice':
      // Spark writes WARN.
      return typeof raw === 'string' ? type.choices.find((choice) => choice.toLowerCase() === raw.toLowerCase()) : undefined;
    case 'pools':
      return parsePools(raw);
    case 'list': {
      const list = typeof raw === 'string' ? raw.split(',').map((part) => part.trim()) : raw;
      return Array.isArray(list) && list.every((part) => typeof part === 'string') ? list.filter((part) => part !== '') : undefined;
    }
  }
}

function parseBoolean(raw: unknown): boolean | undefined {
  if (raw === true || raw === 'true') return true;
  return raw === false || raw === 'false' ? false : undefined;
}

function inLimits({ min, max }: { readonly min: number; readonly max: number }, value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;
}

/** `134217728`, `128m`, `128MB`: Spark's way to write sizes. */
function parseBytes(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)\s*([kmgt]?)b?$/i.exec(text.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
}

const UNITS_MS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90000`, `90s`, `1h`: Spark's way to write times. */
function parseDuration(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const unitMs = UNITS_MS[unit.toLowerCase()];
  return digits === undefined || unitMs === undefined ? undefined : Number(digits) * unitMs;
}

function switched([off, on]: readonly [off: string, on: string], raw: unknown): string | undefined {
  const isOn = parseBoolean(raw);
  return isOn === undefined ? undefined : isOn ? on : off;
}

function expected(type: ConfigKind): string {
  switch (type.kind) {
    case 'string':
      return 'a text that is not empty';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${type.min} to ${type.max}`;
    case 'bytes':
      return `a number of bytes from ${type.min} to ${type.max}, for example 134217728 or 128m`;
    case 'number':
      return `a number from ${type.min} to ${type.max}`;
    case 'duration':
      return `milliseconds from ${type.min} to ${type.max}, for example 90000 or 90s`;
    case 'choice':
      return `one of ${type.choices.join(', ')}`;
    case 'pools':
      return 'pools by name, for example {"etl":{"schedulingMode":"FAIR","weight":3,"minShare":2}}, with whole numbers, weight from 1 and minShare from 0';
    case 'list':
      return 'a list of names separated by commas';
  }
}

function show(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}
