import { readEventLog } from '../../../driver/events/event-log.ts';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../../../engine/adapters/local/system-random.ts';
import { createStoreWrappers } from '../../../engine/ports/wrappers/wrap-remote-stores.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import type { Invocation } from '../../../engine/types/invocation.ts';
import type { TestEngine } from '../../../testing/test-engine.ts';
import { type CliOptions, runCli, temporaryFolder } from '../run-cli.ts';

export interface JobOnAwsOptions extends Omit<CliOptions, 'cwd'> {
  /** Of the job. */
  readonly args?: readonly string[];
  /** Of levin run. */
  readonly flags?: readonly string[];
}

export interface JobOnAws {
  /** What the job printed last, as JSON. */
  readonly result: unknown;
  readonly stderr: string;
  /** Its event log. */
  readonly events: readonly AppEvent[];
  /** In the order in which their answers came. */
  readonly invocations: readonly Invocation[];
}

/** `levin run --on aws` as a process of its own, whose job prints its result as JSON. */
export async function runOnAws(engine: TestEngine, jobFile: string, options: JobOnAwsOptions = {}): Promise<JobOnAws> {
  const { args = [], flags = [], env = {}, ...rest } = options;
  using state = temporaryFolder('levin-on-aws-');
  const { code, stdout, stderr } = await runCli(['run', '--on', engine.master, ...flags, jobFile, ...args], {
    ...rest,
    cwd: state.path,
    env: { LEVIN_STATE_DIR: state.path, ...engine.env, ...env },
  });
  if (code !== 0) throw new Error(`the job ended with ${code}: ${stderr}`);
  const events = await eventsOn(engine, /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '');
  const invocations = events.flatMap((event) => (event.kind === 'taskEnded' && event.invocation !== null ? [event.invocation] : []));
  return { result: JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), stderr, events, invocations };
}

/** What an application has logged. */
export async function eventsOn({ bucket, env }: TestEngine, appId: string): Promise<readonly AppEvent[]> {
  const client = createS3Client({
    endpoint: env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? '',
    region: env['AWS_REGION'] ?? '',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const wrappers = createStoreWrappers({ clock: createSystemClock(), random: createSystemRandom() });
    return await readEventLog(wrappers.objects(createS3ObjectStore({ client, bucket })).store, appId);
  } finally {
    client.destroy();
  }
}
