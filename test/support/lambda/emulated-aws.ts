import { type EmulatedEngine, type EmulatedEngineOptions, startEmulatedEngine } from '../../../testing/emulated-engine.ts';
import { judgeEngine } from '../infra/judge-engine.ts';
import { type JobOnAws, type JobOnAwsOptions, runOnAws } from './run-on-aws.ts';

export interface AwsInTests extends EmulatedEngine {
  /** Runs a job that prints its result as JSON. */
  run(jobFile: string, options?: JobOnAwsOptions): Promise<JobOnAws>;
}

/** An emulated engine whose functions reach the files of this machine. Where it ends, all that it was asked for is judged by the rights of who asked. */
export async function startEmulatedAws(options: EmulatedEngineOptions = {}): Promise<AwsInTests> {
  const engine = await startEmulatedEngine({ localFiles: true, ...options });
  return {
    ...engine,
    run: (jobFile, jobOptions) => runOnAws(engine, jobFile, jobOptions),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      judgeEngine(engine, options);
    },
  };
}
