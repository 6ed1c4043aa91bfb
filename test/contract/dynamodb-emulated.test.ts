import { afterAll, beforeAll } from 'vitest';
import { startDynamodbEmulator } from '../../testing/emulators/dynamodb-emulator.ts';
import type { EmulatorServer } from '../../testing/emulators/emulator-server.ts';
import { createTables, type DynamodbTables } from './dynamodb-tables.ts';
import { metadataStoreContract } from './metadata-store.ts';

let emulator: EmulatorServer;
let tables: DynamodbTables;

beforeAll(async () => {
  emulator = await startDynamodbEmulator();
  tables = createTables(emulator.url);
});

afterAll(async () => {
  tables.close();
  await emulator.close();
});

metadataStoreContract('DynamoDB, emulated', () => tables.store());
