import { LevinError } from '../../engine/errors/levin-error.ts';
import type { DriverEvent } from '../../engine/types/driver-event.ts';
import type { ProcessIdentity } from '../../engine/types/process-identity.ts';
import type { Stores } from '../wiring.ts';
import { type Driven, type DriveOptions, drive } from './drive.ts';
import { MAX_IDLE_RESTARTS, readLives } from './driver-lives.ts';
import { startScheduled, startScheduledAgain } from './scheduled-start.ts';

export interface DriverHandlerOptions extends Omit<DriveOptions, 'remainingMs' | 'requestId'> {
  readonly stores: DriveOptions['stores'] & Pick<Stores, 'files'>;
  readonly process: ProcessIdentity;
}

/** What Lambda tells with an event. */
interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type DriverHandler = (event: unknown, context: LambdaContext) => Promise<Driven | null>;

/**
 * Handler of the driver function: drives an application, submits one that a schedule wants, or starts again what its failure queue brings.
 *
 * A life is always an asynchronous invocation, also after a failure: a message of the queue would come again only after the function's longest time.
 */
export function createDriverHandler(options: DriverHandlerOptions): DriverHandler {
  return async (event, context) => {
    const failed = failuresIn(event);
    if (failed !== null) {
      for (const failure of failed) await startAgain(failure, options);
      return null;
    }
    const asked = checked(event);
    if (asked.kind === 'start') {
      await startScheduled(asked, options);
      return null;
    }
    const remainingMs = (): number => context.getRemainingTimeInMillis();
    return await drive(asked, { ...options, remainingMs, requestId: context.awsRequestId });
  };
}

interface Failure {
  readonly payload: DriverEvent;
  readonly reason: string;
  /** How often the queue has delivered it, this time included. */
  readonly delivery: number;
}

/** Characters of a failure's reason that go on to the next life: what an invocation may carry has a limit, and an error may quote what it failed on. */
const MAX_REASON = 1_000;

/** Failed invocations in messages of SQS; null: the event is none of SQS's. What this function never knew is no better the next time: it is dropped. */
function failuresIn(event: unknown): readonly Failure[] | null {
  const { Records: records } = (event ?? {}) as { readonly Records?: readonly FailureMessage[] };
  if (records === undefined) return null;
  return records.flatMap(({ body, attributes }) => {
    try {
      const { requestPayload, responsePayload } = JSON.parse(body) as FailedInvocation;
      const reason = (responsePayload?.errorMessage ?? 'it failed without a message').slice(0, MAX_REASON);
      return [{ payload: checked(requestPayload), reason, delivery: Number(attributes.ApproximateReceiveCount) }];
    } catch (error) {
      console.error(`A message of the failure queue is dropped: ${String(error).slice(0, MAX_REASON)}`);
      return [];
    }
  });
}

interface FailureMessage {
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/** What Lambda puts into a queue of failures. */
interface FailedInvocation {
  readonly requestPayload: unknown;
  readonly responsePayload?: { readonly errorMessage?: string } | null;
}

async function startAgain({ payload, reason, delivery }: Failure, options: DriverHandlerOptions): Promise<void> {
  if (payload.kind === 'start') return await startScheduledAgain(payload, delivery, options);
  const { stores, invoke } = options;
  const { appId, life } = payload;
  const lives = await readLives(stores.metadata, appId);
  // Another one has taken over long ago: this one was killed while it should have ended.
  if (lives !== null && lives.life > life) return;
  if (life - (lives?.life ?? 0) > MAX_IDLE_RESTARTS)
    return console.error(`${appId} is not started again: none of its last ${MAX_IDLE_RESTARTS} drivers could begin: ${reason}`);
  await invoke({ kind: 'drive', appId, life: life + 1, after: reason });
}

function checked(event: unknown): DriverEvent {
  const { kind, appId, life, job, at, token } = (event ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === 'drive' && typeof appId === 'string' && Number.isSafeInteger(life)) return event as DriverEvent;
  const isStart = kind === 'start' && typeof job === 'string' && typeof token === 'string' && !Number.isNaN(Date.parse(String(at)));
  if (isStart) return event as DriverEvent;
  throw new LevinError({
    code: 'DRIVER_EVENT',
    fault: 'user',
    message: `The driver function does not know the event ${JSON.stringify(event)}. Start jobs with levin submit, or with the engine's schedules.`,
  });
}
