import { LevinError } from '../../engine/errors/levin-error.ts';
import { nearestName } from '../config/nearest-name.ts';

export interface CommandArguments {
  readonly words: readonly string[];
  /** By option; flags without a value have `true`. */
  readonly options: Readonly<Record<string, string>>;
}

/** Reads the arguments of a command: words and options, `--name value` or `--name=value`. `known` says which options take a value. */
export function parseCommandArguments(
  command: string,
  argv: readonly string[],
  known: Readonly<Record<string, boolean>>,
): CommandArguments {
  const words: string[] = [];
  const options: Record<string, string> = {};
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [name, inline] = splitOption(word);
    const takesValue = known[name];
    if (takesValue === undefined) throw unknownOption(command, name, Object.keys(known));
    const value = takesValue ? (inline ?? argv[++i]) : 'true';
    if (value === undefined || (!takesValue && inline !== null))
      throw usageError(command, `${name} ${takesValue ? 'needs a value' : 'takes no value'}.`);
    options[name] = value;
  }
  return { words, options };
}

export function usageError(command: string, message: string): LevinError {
  return new LevinError({ code: 'USAGE', fault: 'user', message: `levin ${command}: ${message}` });
}

/** `--name=value` as name and value. */
export function splitOption(word: string): [name: string, value: string | null] {
  const at = word.indexOf('=');
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}

/** `key=value` of `--conf`. */
export function parseConf(command: string, text: string): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return { [text.slice(0, at)]: text.slice(at + 1) };
  throw usageError(command, `--conf is "${text}"; it must be key=value, for example --conf defaultParallelism=8.`);
}

function unknownOption(command: string, name: string, known: readonly string[]): LevinError {
  const near = nearestName(name, known);
  return usageError(command, `unknown option "${name}". ${near === null ? `Options: ${known.join(', ')}.` : `Did you mean "${near}"?`}`);
}
