import { createLambdaInvoker } from '../../engine/adapters/aws/lambda-invoke.ts';
import { createLambdaRunner } from '../../engine/adapters/aws/lambda-runner.ts';
import { createSystemClock } from '../../engine/adapters/local/system-clock.ts';
import { createMemoryMetadataStore } from '../../engine/adapters/memory/memory-metadata-store.ts';
import { executorName } from '../../engine/types/aws-engine.ts';
import { type InstantAnswer, runInstantDriver } from '../scheduling/instant-driver.ts';
import { BENCH_BUILD } from '../scheduling/made-up.ts';

/** The whole driver, planning to events, whose attempts are invocations at `url`, `concurrency` of them at once. */
export async function driveInvocations(
  url: string,
  { tasks, concurrency }: { readonly tasks: number; readonly concurrency: number },
): Promise<InstantAnswer> {
  const clock = createSystemClock();
  const runner = createLambdaRunner({
    invoker: createLambdaInvoker({
      connections: concurrency,
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    }),
    functions: [{ name: executorName('bench', 1769), memoryMb: 1769 }],
    timeLimitMs: 900_000,
    concurrency,
    settings: { env: {}, shuffleCompression: 'none', requesterPays: false },
    build: BENCH_BUILD,
    clock,
    metadata: createMemoryMetadataStore({ clock }),
    committed: async () => null,
    objects: () => Promise.reject(new Error('no payload is large')),
  });
  // Nothing is shipped: the attempts are not run.
  const answer = await runInstantDriver({
    maps: tasks,
    reducers: 1,
    sizeOf: () => 1000,
    runner: { ...runner, capabilities: { ...runner.capabilities, needsBundle: false } },
  });
  await runner.close();
  return answer;
}
