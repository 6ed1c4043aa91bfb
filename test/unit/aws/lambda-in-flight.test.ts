import { expect, test } from 'vitest';
import { driveInvocations } from '../../../bench/invoking/drive.ts';
import { startEndpoint } from '../../../bench/invoking/start-endpoint.ts';

/** Sockets that were not used for so long are closed. */
const IDLE_SOCKET_MS = 10_000;

test('a driver has 800 invocations in flight at once, a socket for each, and keeps them for the next', async () => {
  // Nothing is answered before all 800 are there: with fewer at once it would never end.
  await using endpoint = await startEndpoint('until', '800');
  const { count, ms } = await driveInvocations(endpoint.url, { tasks: 1600, concurrency: 800 });
  expect(count).toBe(1);
  const { connections, ...counts } = await endpoint.counts();
  expect(counts).toMatchObject({ invocations: 1601, mostInFlight: 800 });
  // On a machine that takes longer than that a socket may not be used for so long.
  const kept = ms < IDLE_SOCKET_MS ? 800 : connections;
  expect([connections >= 800, connections]).toEqual([true, kept]);
});
