import { type EmulatedEngine, type EmulatedEngineOptions, startEmulatedEngine } from '../../../testing/emulated-engine.ts';
import { emulatedPolicies } from '../infra/emulated-policies.ts';
import { callsOf, deniedCalls } from '../infra/judge-calls.ts';
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
      const others = [...new Set(engine.s3.requests().map(({ resource }) => resource))].filter((bucket) => bucket !== engine.bucket);
      const policies = emulatedPolicies({ memorySizesMb: options.memorySizesMb ?? [512], readable: [], writable: others });
      const denied = deniedCalls(callsOf(engine), policies);
      if (denied.length > 0) throw new Error(`What was asked for is not allowed by infra/rights.ts:\n${denied.join('\n')}`);
    },
  };
}
