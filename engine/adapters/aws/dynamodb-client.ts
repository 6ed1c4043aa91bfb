import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AwsClientOptions, clientConfiguration } from './aws-client-options.ts';

/** A client for `createDynamodbMetadataStore`. Close it with `destroy()`. */
export function createDynamodbClient(options: AwsClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient(clientConfiguration(options));
}
