import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamodbClient } from '../../engine/adapters/aws/dynamodb-client.ts';
import { createDynamodbMetadataStore } from '../../engine/adapters/aws/dynamodb-metadata-store.ts';
import { createVirtualClock } from '../../engine/adapters/memory/virtual-clock.ts';
import type { ContractSubject } from './contract-case.ts';
import type { MetadataSubject } from './metadata-store.ts';

/** A new table for each subject, at an emulator or at LocalStack. */
export interface DynamodbTables {
  readonly client: DynamoDBClient;
  make(): Promise<string>;
  store(): Promise<ContractSubject<MetadataSubject>>;
  close(): void;
}

export function createTables(endpoint: string): DynamodbTables {
  const client = createDynamodbClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  let made = 0;
  const make = async (): Promise<string> => {
    const TableName = `levin-test-${++made}`;
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'PK', AttributeType: 'S' },
          { AttributeName: 'SK', AttributeType: 'S' },
        ],
      }),
    );
    return TableName;
  };
  return {
    client,
    make,
    async store() {
      const clock = createVirtualClock({ startMs: 1_000_000 });
      const store = createDynamodbMetadataStore({ client, table: await make(), clock });
      return { subject: { store, passTime: (ms) => clock.skewWall(ms), nowMs: () => clock.now() } };
    },
    close: () => client.destroy(),
  };
}
