import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { buildJob } from './build-job.ts';

/** `levin build job.ts [--out dist]`. */
export async function build(argv: readonly string[]): Promise<void> {
  const { job, out } = readArguments(argv);
  const { driverFile, executorFile } = await buildJob(job, { out });
  const [driver, executor] = [driverFile, executorFile].map((file) => relative('.', file));
  process.stdout.write(`${driver}  driver: run it with node ${driver}\n${executor}  executors\n`);
}

function readArguments(argv: readonly string[]): { readonly job: string; readonly out: string } {
  let parsed: { values: { out?: string | undefined }; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options: { out: { type: 'string', short: 'o' } }, allowPositionals: true });
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
  const [job, ...others] = parsed.positionals;
  if (job === undefined) throw usage('no job file was given.');
  if (others.length > 0) throw usage(`one job file at a time; got ${parsed.positionals.join(', ')}.`);
  return { job, out: parsed.values.out ?? 'dist' };
}

function usage(message: string): LevinError {
  return new LevinError({ code: 'USAGE', fault: 'user', message: `levin build: ${message} Usage: levin build job.ts --out dist` });
}
