import { errorCode } from '../../engine/errors/levin-error.ts';
import { checkLease, type LeasePlace } from './check-lease.ts';
import type { Lease } from './lease.ts';

/** Why it failed: a driver that was replaced meets what the other one has done, and takes it for this and that. */
export async function lostOr(place: LeasePlace, lease: Lease, error: unknown): Promise<unknown> {
  const lost = await checkLease(place, lease).catch((failure: unknown) => failure);
  return errorCode(lost) === 'LEASE_LOST' ? lost : error;
}
