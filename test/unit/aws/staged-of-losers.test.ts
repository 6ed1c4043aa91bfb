import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3Files } from '../../../engine/adapters/aws/s3-files.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { discardOutput } from '../../../engine/runtime/discard-output.ts';
import { openExecutorStores } from '../../../functions/executor-stores.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { text } from '../../contract/object-store/write-cases.ts';
import { CREDENTIALS } from './failure-world.ts';

let emulator: S3Emulator;

beforeEach(async () => {
  emulator = await startS3Emulator();
  emulator.addBucket('reports');
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  vi.stubEnv('AWS_REGION', 'us-east-1');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await emulator.close();
});

test('an executor function takes away what its attempt staged on S3, where the attempt staged it, and counts the requests', async () => {
  const client = createS3Client({ endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS });
  const { staged } = createS3Files({ client, requesterPays: false });
  for (const name of ['winner', 'loser']) await staged.stage(`s3://reports/out/part-00000-${name}`, text('line\n'));
  const env = {
    ...{ engine: 'test', bucket: 'levin-test', table: 'levin-test', temporary: '/none', localFiles: false },
    ...{ s3Endpoint: undefined, dynamodbEndpoint: 'http://127.0.0.1:1', memoryMb: 1769, environmentId: 'env' },
  };
  const stores = openExecutorStores(env, { clock: createSystemClock(), random: createSeededRandom('executor') });
  const settings = { env: { AWS_ENDPOINT_URL_S3: emulator.url }, shuffleCompression: 'none', requesterPays: false } as const;
  const output = { kind: 'file', path: 's3://reports/out/part-00000-loser', length: 5, checksum: '0' } as const;

  expect(await discardOutput(await stores.staged(settings), output)).toBe(null);
  expect(emulator.openUploads('reports')).toEqual(['out/part-00000-winner']);
  expect(await staged.list('s3://reports/out')).toEqual(['s3://reports/out/part-00000-winner']);
  expect(stores.requests()).toMatchObject({ gets: 1, deletes: 2 });
  expect(await stores.staged(settings)).toBe(await stores.staged({ ...settings }));
  client.destroy();
});
