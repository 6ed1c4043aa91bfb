/**
 * A driver on this machine whose tasks are invocations: `run-job.ts <job.ts> <settings as JSON> [arguments]`. The job's default export gets
 * the Context. Prints one line of JSON: what it returned, and the invocations in the order in which they ended.
 */
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Context, contextOf } from '../../../driver/api/context.ts';
import { openApplication } from '../../../driver/application/open-application.ts';
import type { RunnerOptions, Stores } from '../../../driver/wiring.ts';
import { createDynamodbClient } from '../../../engine/adapters/aws/dynamodb-client.ts';
import { createDynamodbMetadataStore } from '../../../engine/adapters/aws/dynamodb-metadata-store.ts';
import { createLambdaInvoker } from '../../../engine/adapters/aws/lambda-invoke.ts';
import { createLambdaRunner } from '../../../engine/adapters/aws/lambda-runner.ts';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { taskSettings } from '../../../engine/adapters/aws/task-settings.ts';
import { createDirectoryObjectStore } from '../../../engine/adapters/local/directory-object-store.ts';
import { createDirectoryStagedFiles } from '../../../engine/adapters/local/directory-staged-files.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../../../engine/adapters/local/system-random.ts';
import { installDriverHooks } from '../../../engine/closures/loading/driver-hooks.ts';
import { levinPackage } from '../../../engine/closures/loading/levin-package.ts';
import { retryMetadataStore } from '../../../engine/ports/wrappers/retry-metadata-store.ts';
import { retryObjectStore } from '../../../engine/ports/wrappers/retry-object-store.ts';
import { createCommittedOutcome } from '../../../engine/runtime/committed-outcome.ts';
import { buildOf } from '../../../engine/runtime/supervisor/executor-protocol.ts';
import type { Invocation } from '../../../engine/types/invocation.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import type { EmulatedAws } from './emulated-aws.ts';

export interface JobAnswer {
  readonly result: unknown;
  readonly invocations: readonly Invocation[];
}

const [jobFile = '', json = '{}', ...args] = process.argv.slice(2);
const aws = JSON.parse(json) as EmulatedAws;
const where = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const invocations: Invocation[] = [];

function openStores(): Stores {
  const [clock, random] = [createSystemClock(), createSystemRandom()];
  const s3 = createS3Client({ ...where, endpoint: aws.s3 });
  const objects = retryObjectStore(createS3ObjectStore({ client: s3, bucket: aws.bucket }), { clock, random });
  const client = createDynamodbClient({ ...where, endpoint: aws.dynamodb });
  const metadata = retryMetadataStore(createDynamodbMetadataStore({ client, table: aws.table, clock }), { clock, random });
  const files = createDirectoryObjectStore({ root: '/', followLinks: true });
  return {
    objects,
    files,
    staged: createDirectoryStagedFiles(files, { root: '/' }),
    metadata: {
      ...metadata,
      async close() {
        client.destroy();
        s3.destroy();
      },
    },
    exchange: createExchange({ objects }),
    clock,
    random,
    placeOf: (key) => key,
  };
}

function openRunner({ stores: { metadata, exchange, clock }, ...settings }: RunnerOptions) {
  const { readOffsets } = exchange;
  const runner = createLambdaRunner({
    invoker: createLambdaInvoker({ ...where, endpoint: aws.lambda, connections: aws.concurrency }),
    functions: aws.functions,
    timeLimitMs: aws.timeLimitMs,
    concurrency: aws.concurrency,
    build: buildOf(levinPackage().version),
    settings: taskSettings(settings, process.env),
    clock,
    committed: createCommittedOutcome({ metadata, readOffsets, clock }),
  });
  return {
    ...runner,
    async run(...of: Parameters<typeof runner.run>) {
      const outcome = await runner.run(...of);
      if (outcome.invocation !== undefined) invocations.push(outcome.invocation);
      return outcome;
    },
    prewarm: () => undefined,
  };
}

const main = resolve(jobFile);
installDriverHooks({ root: dirname(main), mainFiles: [], cacheFolder: null });
const { default: job } = (await import(pathToFileURL(main).href)) as {
  readonly default: (lv: Context, args: readonly string[]) => Promise<unknown>;
};
const lv = contextOf(
  await openApplication(
    { master: 'local[1]', stateDir: aws.stateDir, quiet: true, allowedEnv: ['TRACE', 'GREETING', 'AWS_REGION'] },
    async () => ({ stores: openStores(), openRunner }),
  ),
);
const result = await job(lv, args);
await lv.stop();
process.stdout.write(`${JSON.stringify({ result, invocations } satisfies JobAnswer)}\n`);
