import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { LevinError } from '../../errors/levin-error.ts';
import { type AwsClientOptions, clientConfiguration } from './aws-client-options.ts';
import { awsError } from './aws-errors.ts';

/** A second event harms nobody who looks at its `detail`. */
const ATTEMPTS = 5;

export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: object;
}

/** Puts an event on the account's default bus. */
export async function putEvent({ source, detailType, detail }: BusEvent, options: AwsClientOptions = {}): Promise<void> {
  const client = new EventBridgeClient({ ...clientConfiguration(options), maxAttempts: ATTEMPTS });
  try {
    const answer = await client.send(
      new PutEventsCommand({ Entries: [{ Source: source, DetailType: detailType, Detail: JSON.stringify(detail) }] }),
    );
    const [entry] = answer.Entries ?? [];
    if (answer.FailedEntryCount !== 0) throw refused(detailType, entry?.ErrorCode, entry?.ErrorMessage);
  } catch (error) {
    throw awsError(error, { action: 'events:PutEvents', resource: 'the default event bus', doing: `put the event "${detailType}"` });
  } finally {
    client.destroy();
  }
}

function refused(detailType: string, code = 'unknown', message = ''): LevinError {
  return new LevinError({
    code: 'EVENT_REFUSED',
    fault: 'transient',
    message: `EventBridge did not take the event "${detailType}" [${code}: ${message}].`,
  });
}
