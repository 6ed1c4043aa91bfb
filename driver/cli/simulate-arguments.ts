import type { LevinError } from '../../engine/errors/levin-error.ts';
import { parseJobArguments, settingsIn, usageError } from './command-arguments.ts';
import { parseSize, SIZE_UNITS } from './parse-size.ts';

/** Where the profile comes from. */
export type ProfileSource =
  | { readonly kind: 'job'; readonly job: string; readonly args: readonly string[] }
  | { readonly kind: 'app'; readonly appId: string }
  | { readonly kind: 'events'; readonly file: string };

export interface SimulateArguments {
  readonly source: ProfileSource;
  readonly workers: number;
  /** null: as much as the profiled run read. */
  readonly inputBytes: number | null;
  readonly memoryMb: number;
  readonly seeds: number;
  readonly seed: string;
  readonly json: boolean;
  readonly stateDir: string | null;
  /** Where the profiled run takes place; null: as configured. */
  readonly master: string | null;
  /** Settings, as text. */
  readonly conf: Readonly<Record<string, string>>;
}

/** Options that take a value, and those that do not. */
const OPTIONS: Readonly<Record<string, boolean>> = {
  '--workers': true,
  '--input-bytes': true,
  '--memory-size': true,
  '--seeds': true,
  '--seed': true,
  '--app': true,
  '--events': true,
  '--on': true,
  '--conf': true,
  '--state-dir': true,
  '--json': false,
};

/** Reads `levin simulate [options] job.ts [args…] [-- args…]`, or with `--app` or `--events` in place of a job. */
export function parseSimulateArguments(argv: readonly string[]): SimulateArguments {
  const { words, given, options: values, rest } = parseJobArguments('simulate', argv, OPTIONS);
  return {
    source: sourceOf([...words, ...rest], values),
    workers: wholeNumber('--workers', values, { default: 1000, min: 1, max: 100_000 }),
    inputBytes: inputBytesOf(values['--input-bytes']),
    memoryMb: wholeNumber('--memory-size', values, { default: 1769, min: 128, max: 10_240 }),
    seeds: wholeNumber('--seeds', values, { default: 3, min: 1, max: 1000 }),
    seed: values['--seed'] ?? '1',
    json: values['--json'] === 'true',
    stateDir: values['--state-dir'] ?? null,
    master: values['--on'] ?? null,
    conf: settingsIn('simulate', given, () => null),
  };
}

function sourceOf([job, ...args]: readonly string[], values: Readonly<Record<string, string>>): ProfileSource {
  const [appId, file] = [values['--app'], values['--events']];
  const given = [job, appId, file].filter((each) => each !== undefined);
  if (given.length === 0) throw usage('no job file was given, and no run that took place: --app ID or --events FILE.');
  if (given.length > 1) throw usage(`one job, or --app, or --events: got ${given.join(', ')}.`);
  if (appId !== undefined) return { kind: 'app', appId };
  if (file !== undefined) return { kind: 'events', file };
  return { kind: 'job', job: job as string, args };
}

interface Limits {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

function wholeNumber(name: string, values: Readonly<Record<string, string>>, limits: Limits): number {
  const text = values[name];
  if (text === undefined) return limits.default;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= limits.min && value <= limits.max) return value;
  throw usage(`${name} is "${text}"; it must be a whole number from ${limits.min} to ${limits.max}.`);
}

function inputBytesOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const bytes = parseSize(text);
  if (bytes !== null) return bytes;
  throw usage(`--input-bytes is "${text}"; it must be a size, for example 1TB or 250GiB. Units: ${SIZE_UNITS}.`);
}

function usage(message: string): LevinError {
  return usageError('simulate', message);
}
