import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { connectionAgents } from '../../../engine/adapters/aws/connection-agent.ts';
import { startFailureWorld } from './failure-world.ts';

test('to wait for a free socket is not to wait for a connection', async () => {
  const world = await startFailureWorld();
  try {
    world.s3.inject({ operation: 'GetObject', times: 3, fault: { kind: 'slow', delayMs: 700 } });
    const store = world.objects({ maxSockets: 1, connectMs: 1000 });
    // The last of these waits twice as long as a connection may take.
    const bodies = await Promise.all(['there', 'there', 'there', 'there'].map((key) => store.get(key)));
    expect(bodies.map((body) => body.length)).toEqual([10, 10, 10, 10]);
    expect(world.s3.pendingFaults()).toEqual([]);
  } finally {
    await world.close();
  }
});

test('a connection that is not made in time is given up, one that is made is not', async () => {
  const server = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const { httpAgent } = connectionAgents({ maxSockets: 1, connectMs: 20 });
  const made = httpAgent.createConnection({ host: '127.0.0.1', port }) as Socket;
  await new Promise((resolve) => {
    made.once('connect', resolve);
  });
  // Its address is never found, so it goes on connecting.
  const never = httpAgent.createConnection({ host: 'never.invalid', port, lookup: () => undefined }) as Socket;
  const error = await new Promise((resolve) => {
    never.once('error', resolve);
  });
  expect(error).toMatchObject({ code: 'CONNECT_TIMEOUT', message: 'no connection within 20 ms' });
  expect(made.destroyed).toBe(false);
  made.destroy();
  httpAgent.destroy();
  server.close();
});
