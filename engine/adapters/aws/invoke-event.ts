import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type AwsClientOptions, clientConfiguration } from './aws-client-options.ts';
import { awsError } from './aws-errors.ts';

/** Answers may be lost, and calls refused: whoever is invoked must know an event that comes twice. */
const ATTEMPTS = 5;

/** Invokes a function asynchronously: resolves when Lambda has the event. */
export async function invokeEvent(functionName: string, event: object, options: AwsClientOptions = {}): Promise<void> {
  const client = new LambdaClient({ ...clientConfiguration(options), maxAttempts: ATTEMPTS });
  try {
    await client.send(
      new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: new TextEncoder().encode(JSON.stringify(event)) }),
    );
  } catch (error) {
    throw awsError(error, { action: 'lambda:InvokeFunction', resource: `the function ${functionName}`, doing: `invoke ${functionName}` });
  } finally {
    client.destroy();
  }
}
