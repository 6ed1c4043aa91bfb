import type { Random } from '../ports/random.ts';
import { deliveryOf } from '../types/attempt-id.ts';
import type { TaskSpec } from '../types/task.ts';

/**
 * The attempt as this delivery runs it: with an id that no other delivery of the same invocation has.
 *
 * A service that delivers at least once may run one attempt twice, at the same time even. Both would write under the keys of one id, and where
 * functions give other records the second would replace what the first has committed. With ids of their own one of them loses the election,
 * like any other attempt. To be called where the invocation arrives, before anything is written.
 */
export function ownDelivery(spec: TaskSpec, random: Random): TaskSpec {
  return { ...spec, attemptId: deliveryOf(spec.attemptId, random.uuid()) };
}
