import type { LevinError } from '../../engine/errors/levin-error.ts';
import { nearestName } from '../config/nearest-name.ts';
import { parseConf, splitOption, usageError } from './command-arguments.ts';

export interface RunArguments {
  /** The job file as given. */
  readonly job: string;
  /** For the job: everything after it that is no option of levin, and all after `--`. */
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  readonly appId: string | null;
}

/** `key` is the setting that the option stands for; null: handled by itself. */
const OPTIONS: Readonly<Record<string, { readonly value: boolean; readonly key: string | null }>> = {
  '--on': { value: true, key: 'master' },
  '--master': { value: true, key: 'master' },
  '--name': { value: true, key: 'appName' },
  '--state-dir': { value: true, key: 'stateDir' },
  '--chaos': { value: true, key: 'chaos' },
  '--conf': { value: true, key: null },
  '--app': { value: true, key: null },
  '--quiet': { value: false, key: 'quiet' },
};

/** Reads `levin run [options] job.ts [options] [args…] [-- args…]`. Options may stand on both sides of the job file. */
export function parseRunArguments(argv: readonly string[]): RunArguments {
  const words: string[] = [];
  const flags: Record<string, string> = {};
  let appId: string | null = null;
  let rest: readonly string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') {
      rest = argv.slice(i + 1);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const [name, inline] = splitOption(word);
    const option = OPTIONS[name];
    if (option === undefined) throw unknownOption(name);
    const value = option.value ? (inline ?? argv[++i]) : 'true';
    if (value === undefined || (!option.value && inline !== null))
      throw usage(`${name} ${option.value ? 'needs a value' : 'takes no value'}.`);
    if (option.key !== null) flags[option.key] = value;
    else if (name === '--app') appId = value;
    else Object.assign(flags, parseConf('run', value));
  }
  const [job, ...args] = words;
  if (job === undefined) throw usage('no job file was given.');
  if (appId !== null && args.length + rest.length > 0) {
    throw usage(
      `--app ${appId} runs the job with the arguments that its application was started with; leave out: ${[...args, ...rest].join(' ')}`,
    );
  }
  return { job, args: [...args, ...rest], flags, appId };
}

function unknownOption(name: string): LevinError {
  const near = nearestName(name, Object.keys(OPTIONS));
  const hint = near === null ? `Options: ${Object.keys(OPTIONS).join(', ')}.` : `Did you mean "${near}"?`;
  return usage(`unknown option "${name}". ${hint} Options of the job itself stand behind --: levin run job.ts -- ${name}`);
}

function usage(message: string): LevinError {
  return usageError('run', message);
}
