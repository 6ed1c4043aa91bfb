import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type AwsClientOptions, clientConfiguration } from './aws-client-options.ts';
import { awsError } from './aws-errors.ts';

/** Invocations that an account may have in flight in a region, what is reserved for single functions left out. */
export async function unreservedConcurrency(options: AwsClientOptions = {}): Promise<number> {
  const client = new LambdaClient({ ...clientConfiguration(options), maxAttempts: 3 });
  try {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
    return AccountLimit?.UnreservedConcurrentExecutions ?? AccountLimit?.ConcurrentExecutions ?? 0;
  } catch (error) {
    throw awsError(error, { action: 'lambda:GetAccountSettings', resource: '*', doing: 'ask for the concurrency of the account' });
  } finally {
    client.destroy();
  }
}
