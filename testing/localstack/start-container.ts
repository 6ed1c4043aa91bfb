import type { StartedLocalStackContainer } from '@testcontainers/localstack';
import { LevinError } from '../../engine/errors/levin-error.ts';

/** The last public one that asks for no account; another one by `LEVIN_LOCALSTACK_IMAGE`. */
const PUBLIC_IMAGE = 'localstack/localstack:4.14.0';
/** It takes seconds; this is for machines that first pull the image. */
const START_TIMEOUT_MS = 300_000;
/** Function containers without work end after this: by default they stay for ten minutes. */
const IDLE_MS = 60_000;

/** LocalStack in a container that may start containers for functions. */
export async function startLocalstackContainer(): Promise<StartedLocalStackContainer> {
  const { LocalstackContainer } = await import('@testcontainers/localstack').catch((cause: unknown) => {
    const message =
      'LocalStack is started by @testcontainers/localstack, which is not installed. Run: npm install --save-dev @testcontainers/localstack';
    throw new LevinError({ code: 'PACKAGE_MISSING', fault: 'user', message, cause });
  });
  return await new LocalstackContainer(process.env['LEVIN_LOCALSTACK_IMAGE'] ?? PUBLIC_IMAGE)
    .withBindMounts([{ source: '/var/run/docker.sock', target: '/var/run/docker.sock' }])
    .withEnvironment({ LAMBDA_KEEPALIVE_MS: String(IDLE_MS) })
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
}
