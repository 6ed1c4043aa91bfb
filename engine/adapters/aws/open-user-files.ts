import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { routeFiles, type UserFiles } from '../../ports/route-files.ts';
import type { RequestUsage } from '../../types/request-usage.ts';

export interface OpenUserFiles {
  /** Files of this machine. */
  readonly local: UserFiles;
  readonly clock: Clock;
  readonly random: Random;
  /** Accept the cost of requests to buckets whose owner has others pay. */
  readonly requesterPays: boolean;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Files of this machine and of S3, with the credentials, region and endpoint of the environment. Nothing of AWS is loaded before the first path on S3. */
export function openUserFiles({
  local,
  clock,
  random,
  requesterPays,
  env = process.env,
}: OpenUserFiles): UserFiles & { usage(): RequestUsage | null } {
  let usage: (() => RequestUsage) | null = null;
  const openS3 = async (): Promise<UserFiles> => {
    const [{ createS3Client }, { countS3Requests }, { createS3Files }, { endpointsIn }, { createStoreWrappers }] = await Promise.all([
      import('./s3-client.ts'),
      import('./s3-requests.ts'),
      import('./s3-files.ts'),
      import('./aws-endpoints.ts'),
      import('../../ports/wrappers/wrap-remote-stores.ts'),
    ]);
    const { s3 } = endpointsIn(env);
    const client = createS3Client({ endpoint: s3 });
    const uploads = { clock, random, onWarning: (message: string) => console.warn(message) };
    const wrapped = createStoreWrappers({ clock, random }).wrapFiles(createS3Files({ client, requesterPays, uploads }));
    const sent = countS3Requests(client);
    usage = () => ({ ...wrapped.usage(), ...sent() });
    return wrapped.stores;
  };
  return { ...routeFiles(local, openS3), usage: () => usage?.() ?? null };
}
