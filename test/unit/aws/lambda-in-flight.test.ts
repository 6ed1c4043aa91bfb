import { expect, test } from 'vitest';
import { driveInvocations } from '../../../bench/invoking/drive.ts';
import { startEndpoint } from '../../../bench/invoking/start-endpoint.ts';

test('a driver has 800 invocations in flight at once, a socket for each, and keeps them for the next', async () => {
  // Nothing is answered before all 800 are there: with fewer at once it would never end.
  await using endpoint = await startEndpoint('until', '800');
  const { count } = await driveInvocations(endpoint.url, { tasks: 1600, concurrency: 800 });
  expect(count).toBe(1);
  expect(await endpoint.counts()).toMatchObject({ invocations: 1601, mostInFlight: 800, connections: 800 });
});
