import { parseJobArguments, settingsIn, usageError } from './command-arguments.ts';

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
  '--upload': { value: false, key: 'upload' },
  '--quiet': { value: false, key: 'quiet' },
};

/** Reads `levin run [options] job.ts [options] [args…] [-- args…]`. Options may stand on both sides of the job file. */
export function parseRunArguments(argv: readonly string[]): RunArguments {
  const known = Object.fromEntries(Object.entries(OPTIONS).map(([name, { value }]) => [name, value]));
  const { words, given, options, rest } = parseJobArguments('run', argv, known);
  const flags = settingsIn('run', given, (option) => OPTIONS[option]?.key);
  const appId = options['--app'] ?? null;
  const [job, ...args] = words;
  if (job === undefined) throw usageError('run', 'no job file was given.');
  if (appId !== null && args.length + rest.length > 0) {
    const left = [...args, ...rest].join(' ');
    throw usageError('run', `--app ${appId} runs the job with the arguments that its application was started with; leave out: ${left}`);
  }
  return { job, args: [...args, ...rest], flags, appId };
}
