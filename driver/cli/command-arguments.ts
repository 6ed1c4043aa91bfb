import { LevinError } from '../../engine/errors/levin-error.ts';
import { nearestName } from '../config/nearest-name.ts';

export interface CommandArguments {
  readonly words: readonly string[];
  /** By option, the last of each; flags without a value have `true`. */
  readonly options: Readonly<Record<string, string>>;
  /** As they were given, one after the other. */
  readonly given: readonly (readonly [option: string, value: string])[];
  /** Behind `--`, where the command runs a job that has arguments of its own. */
  readonly rest: readonly string[];
}

/** Options by name; says which take a value. */
export type KnownOptions = Readonly<Record<string, boolean>>;

/** Reads the arguments of a command: words and options, `--name value` or `--name=value`. */
export function parseCommandArguments(command: string, argv: readonly string[], known: KnownOptions): CommandArguments {
  return parse(argv, { command, known, ofJob: false });
}

/** Of a command that runs a job: words and options on both sides of the job file, and what stands behind `--` is the job's. */
export function parseJobArguments(command: string, argv: readonly string[], known: KnownOptions): CommandArguments {
  return parse(argv, { command, known, ofJob: true });
}

interface Syntax {
  readonly command: string;
  readonly known: KnownOptions;
  readonly ofJob: boolean;
}

function parse(argv: readonly string[], syntax: Syntax): CommandArguments {
  const { command, known, ofJob } = syntax;
  const end = ofJob ? argv.indexOf('--') : -1;
  const own = end < 0 ? argv : argv.slice(0, end);
  const words: string[] = [];
  const given: [string, string][] = [];
  for (let i = 0; i < own.length; i++) {
    const word = own[i] as string;
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const [name, inline] = splitOption(word);
    const takesValue = known[name];
    if (takesValue === undefined) throw unknownOption(name, syntax);
    const value = takesValue ? (inline ?? own[++i]) : 'true';
    if (value === undefined || (!takesValue && inline !== null))
      throw usageError(command, `${name} ${takesValue ? 'needs a value' : 'takes no value'}.`);
    given.push([name, value]);
  }
  return { words, given, options: Object.fromEntries(given), rest: end < 0 ? [] : argv.slice(end + 1) };
}

export function usageError(command: string, message: string): LevinError {
  return new LevinError({ code: 'USAGE', fault: 'user', message: `levin ${command}: ${message}` });
}

/** `--name=value` as name and value. */
function splitOption(word: string): [name: string, value: string | null] {
  const at = word.indexOf('=');
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}

/**
 * Settings as they were given, with `--conf key=value` or with options that stand for one; of two values for one setting the last counts.
 * @param settingOf the setting that an option stands for, if for any.
 */
export function settingsIn(
  command: string,
  given: CommandArguments['given'],
  settingOf: (option: string) => string | null | undefined,
): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const [option, value] of given) {
    const setting = settingOf(option);
    if (typeof setting === 'string') settings[setting] = value;
    else if (option === '--conf') Object.assign(settings, parseConf(command, value));
  }
  return settings;
}

/** `key=value` of `--conf`. */
function parseConf(command: string, text: string): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return { [text.slice(0, at)]: text.slice(at + 1) };
  throw usageError(command, `--conf is "${text}"; it must be key=value, for example --conf defaultParallelism=8.`);
}

function unknownOption(name: string, { command, known, ofJob }: Syntax): LevinError {
  const names = Object.keys(known);
  const near = nearestName(name, names);
  const hint = near === null ? `Options: ${names.join(', ')}.` : `Did you mean "${near}"?`;
  const ofTheJob = ofJob ? ` Options of the job itself stand behind --: levin ${command} job.ts -- ${name}` : '';
  return usageError(command, `unknown option "${name}". ${hint}${ofTheJob}`);
}
