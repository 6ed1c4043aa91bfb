import { type EmulatedEngine, type EmulatedEngineOptions, startEmulatedEngine } from '../../../testing/emulated-engine.ts';
import { type JobOnAws, type JobOnAwsOptions, runOnAws } from './run-on-aws.ts';

export interface AwsInTests extends EmulatedEngine {
  /** Runs a job that prints its result as JSON. */
  run(jobFile: string, options?: JobOnAwsOptions): Promise<JobOnAws>;
}

/** An emulated engine whose functions reach the files of this machine. */
export async function startEmulatedAws(options: EmulatedEngineOptions = {}): Promise<AwsInTests> {
  const engine = await startEmulatedEngine({ localFiles: true, ...options });
  return { ...engine, run: (jobFile, jobOptions) => runOnAws(engine, jobFile, jobOptions) };
}
