import { createS3Client } from '../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../engine/adapters/aws/s3-object-store.ts';
import { countS3Requests } from '../engine/adapters/aws/s3-requests.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { Random } from '../engine/ports/random.ts';
import type { Metered } from '../engine/ports/wrappers/meter-stores.ts';
import { createStoreWrappers } from '../engine/ports/wrappers/wrap-remote-stores.ts';

/** levin's own objects, as functions reach them. */
export function openObjects(
  where: { readonly bucket: string; readonly s3Endpoint: string | undefined },
  deps: { readonly clock: Clock; readonly random: Random },
): Metered<ObjectStore> {
  const client = createS3Client({ endpoint: where.s3Endpoint });
  const sent = countS3Requests(client);
  const uploads = { ...deps, onWarning: (message: string) => console.warn(message) };
  const { store, usage } = createStoreWrappers(deps).objects(createS3ObjectStore({ client, bucket: where.bucket, uploads }));
  return { store, usage: () => ({ ...usage(), ...sent() }) };
}
