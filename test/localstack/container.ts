import { LocalstackContainer, type StartedLocalStackContainer } from '@testcontainers/localstack';

/** LocalStack in a container: the image that the environment names, else the last public one that asks for no account. */
export function startLocalstack(): Promise<StartedLocalStackContainer> {
  return new LocalstackContainer(process.env['LEVIN_LOCALSTACK_IMAGE'] ?? PUBLIC_IMAGE)
    .withBindMounts([{ source: '/var/run/docker.sock', target: '/var/run/docker.sock' }])
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
}

const PUBLIC_IMAGE = 'localstack/localstack:4.14.0';

/** It takes 2 s on an idle machine; this is for those that first pull the image. */
export const START_TIMEOUT_MS = 300_000;
