import type { AppEvent } from '../../../engine/types/app-event.ts';
import type { AwsInTests } from './emulated-aws.ts';
import type { JobOnAws } from './run-on-aws.ts';

const S3_OPERATIONS = ['GetObject', 'PutObject', 'HeadObject', 'ListObjectsV2', 'DeleteObjects'];
const ALWAYS = 1_000_000;

/** From now on Lambda refuses every third invocation, and S3 every twentieth request of each kind. */
export function disturb({ lambda, s3 }: Pick<AwsInTests, 'lambda' | 's3'>): void {
  lambda.throttle({ nth: 3, every: 3, times: ALWAYS });
  const slowDown = { kind: 'error', status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' } as const;
  for (const operation of S3_OPERATIONS) s3.inject({ operation, nth: 20, every: 20, times: ALWAYS, fault: slowDown });
}

export interface Disturbance {
  /** Invocations that were asked for, and those of them that were refused. */
  readonly invoked: number;
  readonly refused: number;
  /** The same of requests to S3. */
  readonly requests: number;
  readonly slowedDown: number;
  /** From the first event of the application to its last. */
  readonly seconds: number;
}

export function disturbanceOf({ lambda, s3 }: Pick<AwsInTests, 'lambda' | 's3'>, { events }: JobOnAws): Disturbance {
  const calls = s3.calls();
  const counts = S3_OPERATIONS.map((operation) => calls[operation] ?? 0);
  const refused = events.filter((event) => event.kind === 'taskEnded' && event.failure?.kind === 'throttled').length;
  return {
    invoked: lambda.calls(),
    refused,
    requests: counts.reduce((sum, n) => sum + n, 0),
    slowedDown: counts.reduce((sum, n) => sum + Math.floor(n / 20), 0),
    seconds: lasted(events) / 1000,
  };
}

function lasted(events: readonly AppEvent[]): number {
  return (events.at(-1)?.timeMs ?? 0) - (events[0]?.timeMs ?? 0);
}
