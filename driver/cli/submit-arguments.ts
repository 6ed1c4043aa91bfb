import { parseJobArguments, settingsIn, usageError } from './command-arguments.ts';

export interface SubmitArguments {
  /** The job file as given. */
  readonly job: string;
  /** The job's own. */
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/** Setting that an option stands for; null: handled by itself. */
const OPTIONS: Readonly<Record<string, string | null>> = { '--on': 'master', '--master': 'master', '--name': 'appName', '--conf': null };

/** Reads `levin submit [options] job.ts [options] [args…] [-- args…]`. */
export function parseSubmitArguments(argv: readonly string[]): SubmitArguments {
  const known = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, true]));
  const { words, given, rest } = parseJobArguments('submit', argv, known);
  const flags = settingsIn('submit', given, (option) => OPTIONS[option]);
  const [job, ...args] = words;
  if (job === undefined) throw usageError('submit', 'no job file was given.');
  return { job, args: [...args, ...rest], flags };
}
