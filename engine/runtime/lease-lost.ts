import { LevinError } from '../errors/levin-error.ts';
import type { MetadataItem } from '../ports/metadata-store.ts';

/** What a driver's write fails with once another driver holds the application's lease. */
export function leaseLost(appId: string, lease: MetadataItem | null): LevinError {
  return new LevinError({
    code: 'LEASE_LOST',
    fault: 'transient',
    message: `Another driver has taken over application ${appId}: this one may not write any more and stops. The other one continues the work.`,
    details: { appId, lease },
  });
}
