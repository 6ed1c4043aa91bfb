import { afterAll, afterEach, beforeAll } from 'vitest';
import { createSeededRandom } from '../../engine/adapters/memory/seeded-random.ts';
import { retryMetadataStore } from '../../engine/ports/wrappers/retry-metadata-store.ts';
import { startDynamodbEmulator } from '../../testing/emulators/dynamodb-emulator.ts';
import type { EmulatorServer } from '../../testing/emulators/emulator-server.ts';
import { dynamodbProtocol } from './aws-protocol/dynamodb-protocol.ts';
import { createTables, type DynamodbTables } from './dynamodb-tables.ts';
import { metadataStoreContract } from './metadata-store.ts';

let emulator: EmulatorServer;
let tables: DynamodbTables;

beforeAll(async () => {
  emulator = await startDynamodbEmulator();
  tables = createTables(emulator.url);
});

afterEach(() => emulator.endFaults());
afterAll(async () => {
  tables.close();
  await emulator.close();
});

metadataStoreContract('DynamoDB, emulated', () => tables.store());

/** Refusals, and lost answers to reads: a lost answer to a write is settled or its caller's to settle, see the tests of the adapter and the wrapper. */
metadataStoreContract('retried DynamoDB that fails now and then, emulated', async () => {
  const { subject } = await tables.store();
  for (const operation of ['GetItem', 'PutItem', 'Query', 'DeleteItem', 'TransactWriteItems']) {
    const times = Number.POSITIVE_INFINITY;
    emulator.inject({ operation, nth: 2, every: 3, times, fault: { kind: 'error', status: 400, code: 'ThrottlingException' } });
    if (operation === 'GetItem' || operation === 'Query')
      emulator.inject({ operation, nth: 4, every: 5, times, fault: { kind: 'drop', when: 'after' } });
  }
  const sleep = async (_ms: number, options?: { readonly signal?: AbortSignal }): Promise<void> => options?.signal?.throwIfAborted();
  return {
    subject: {
      ...subject,
      store: retryMetadataStore(subject.store, { clock: { sleep }, random: createSeededRandom('retry'), attempts: 40 }),
    },
  };
});
dynamodbProtocol('emulated', async () => ({ client: tables.client, table: await tables.make() }));
