import { createLambdaInvoker, type LambdaInvokerOptions } from '../../../engine/adapters/aws/lambda-invoke.ts';
import { createLambdaRunner, type LambdaRunnerOptions } from '../../../engine/adapters/aws/lambda-runner.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { TaskRunner } from '../../../engine/ports/task-runner.ts';
import { executorName } from '../../../engine/types/aws-engine.ts';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { specOf } from '../executors/specs.ts';
import { TEST_BUILD } from '../executors/test-build.ts';
import { type Respond, type ScriptedEndpoint, startScriptedEndpoint } from './scripted-endpoint.ts';

export interface LambdaTestRunnerOptions extends Partial<Omit<LambdaRunnerOptions, 'invoker'>> {
  readonly credentials?: NonNullable<LambdaInvokerOptions['credentials']>;
}

/** The real Lambda runner and SDK, against another endpoint. */
export function openLambdaRunner(endpoint: string, options: LambdaTestRunnerOptions = {}): TaskRunner {
  const { credentials = { accessKeyId: 'test', secretAccessKey: 'test' }, concurrency = 10, ...rest } = options;
  return createLambdaRunner({
    invoker: createLambdaInvoker({ connections: concurrency, region: 'eu-central-1', endpoint, credentials }),
    functions: [1769, 3538].map((memoryMb) => ({ name: executorName('test', memoryMb), memoryMb })),
    timeLimitMs: 900_000,
    concurrency,
    build: TEST_BUILD,
    settings: { env: {}, shuffleCompression: 'none', requesterPays: false },
    clock: createSystemClock(),
    committed: async () => null,
    metadata: createMemoryMetadataStore({ clock: createSystemClock() }),
    objects: async () => createMemoryObjectStore(),
    ...rest,
  });
}

export interface ScriptedLambda extends AsyncDisposable {
  readonly endpoint: ScriptedEndpoint;
  readonly runner: TaskRunner;
  /** One attempt of task 7, unless another is given. */
  run(spec?: TaskSpec, signal?: AbortSignal): Promise<TaskOutcome>;
}

/** The real runner, and an endpoint that answers as it is told. */
export async function scriptedLambda(respond: Respond, options: LambdaTestRunnerOptions = {}): Promise<ScriptedLambda> {
  const endpoint = await startScriptedEndpoint(respond);
  const runner = openLambdaRunner(endpoint.url, options);
  return {
    endpoint,
    runner,
    run: (spec = specOf({ do: 'value', value: '' }, { partition: 7 }), signal = new AbortController().signal) =>
      runner.run(spec, { signal, onEvent: () => undefined }),
    async [Symbol.asyncDispose]() {
      await runner.close();
      await endpoint.close();
    },
  };
}
