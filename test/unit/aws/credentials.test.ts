import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDynamodbClient } from '../../../engine/adapters/aws/dynamodb-client.ts';
import { createDynamodbMetadataStore } from '../../../engine/adapters/aws/dynamodb-metadata-store.ts';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';

/** As on a machine where nobody has logged in. */
beforeEach(() => {
  for (const name of Object.keys(process.env).filter((each) => each.startsWith('AWS_'))) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/none/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/none/credentials');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const ENDPOINT = { endpoint: 'http://127.0.0.1:1' };

test('without credentials it says how to get some', async () => {
  const client = createS3Client({ ...ENDPOINT, region: 'us-east-1' });
  await expect(createS3ObjectStore({ client, bucket: 'books' }).get('key')).rejects.toMatchObject({
    code: 'NO_CREDENTIALS',
    fault: 'user',
    message:
      'Cannot read s3://books/key: there are no AWS credentials. Log in (aws sso login), choose a profile (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. [CredentialsProviderError: Could not load credentials from any providers]',
  });
  client.destroy();
});

test('without a region it says where to set one', async () => {
  const client = createDynamodbClient(ENDPOINT);
  const store = createDynamodbMetadataStore({ client, table: 'levin', clock: { now: () => 0 } });
  await expect(store.get({ partition: 'p', sort: 's' })).rejects.toMatchObject({
    code: 'NO_REGION',
    fault: 'user',
    message:
      'Cannot read in the DynamoDB table levin: no AWS region is set. Set AWS_REGION, or a region in the profile. [Region is missing]',
  });
  client.destroy();
});
