import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { createWriteResend, resendObjectStore } from '../../../engine/ports/wrappers/resend-object-store.ts';
import { createStoreWrappers } from '../../../engine/ports/wrappers/wrap-remote-stores.ts';
import { CREDENTIALS, type FailureWorld, startFailureWorld } from './failure-world.ts';

/** More than what systems keep of a connection that nobody reads. */
const LARGE = new Uint8Array(16 * 1024 * 1024).fill(7);
/** Late by the timer of the whole put 112 ms after the first bytes, and by that of the answer 56 ms after the last: 4 MB may be on their way. */
const BODY = new Uint8Array(8 * 1024 * 1024).fill(7);
const LATE_MS = 400;

type Serve = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What a request brought, when it has brought all of it. */
async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A server in the place of S3: one function for each put, in order. */
async function s3Of(...serve: readonly Serve[]) {
  let puts = 0;
  const came = serve.map(() => Promise.withResolvers<void>());
  const server = createServer((request, response) => {
    const at = puts++;
    void serve[at]?.(request, response);
    came[at]?.resolve();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createS3Client({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  return {
    store: createS3ObjectStore({ client, bucket: 'books' }),
    puts: () => puts,
    came: (nth: number) => came[nth]?.promise,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const answer = (response: ServerResponse): void => void response.setHeader('etag', '"e"').end();

/** A put that is sent again by timers of virtual time, and when its body was sent. */
function timed(store: ObjectStore, body: Uint8Array) {
  const clock = createVirtualClock();
  const sent = Promise.withResolvers<void>();
  const resent = resendObjectStore(store, { clock, resend: createWriteResend() });
  return { clock, sent: sent.promise, put: resent.put('a', body, { onSent: sent.resolve }) };
}

test('a body is sent when the operating system has taken its last byte, however slowly it is read, and before the answer', async () => {
  const go = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  const told: string[] = [];
  const received = Promise.withResolvers<Buffer>();
  await using s3 = await s3Of(async (request, response) => {
    await go.promise;
    received.resolve(await read(request));
    // Nobody is answered before it has said that all is sent.
    await sent.promise;
    told.push('answer');
    answer(response);
  });
  const put = s3.store.put('a', LARGE, {
    onSent() {
      told.push('sent');
      sent.resolve();
    },
  });
  await s3.came(0);
  expect(told).toEqual([]);
  go.resolve();
  expect(await put).toEqual({ stored: true, etag: '"e"' });
  expect(told).toEqual(['sent', 'answer']);
  expect(Buffer.compare(await received.promise, LARGE)).toBe(0);
});

test('what is sent and its checksum are the same, whether it tells or not', async () => {
  const requests: { headers: IncomingMessage['headers']; body: Buffer }[] = [];
  const serve: Serve = async (request, response) => {
    requests.push({ headers: request.headers, body: await read(request) });
    answer(response);
  };
  await using s3 = await s3Of(serve, serve, serve, serve);
  for (const body of [new Uint8Array(0), new TextEncoder().encode('0123456789')]) {
    let sent = 0;
    await s3.store.put('a', body);
    await s3.store.put('a', body, { onSent: () => sent++ });
    expect(sent).toBe(1);
  }
  const without = ({ headers, body }: (typeof requests)[number]) => [
    Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|x-amz-date|amz-sdk-invocation-id)$/.test(name))),
    createHash('sha256').update(body).digest('hex'),
  ];
  const [empty, emptyTold, some, someTold] = requests.map(without);
  expect([emptyTold, someTold]).toEqual([empty, some]);
  expect(requests[3]?.headers).toMatchObject({ 'content-length': '10', 'x-amz-checksum-crc32': expect.any(String) });
  expect(requests[3]?.headers['transfer-encoding']).toBeUndefined();
});

test('read whole and never answered: sent again by the timer of the answer, long before that of the whole put', async () => {
  await using s3 = await s3Of(
    (request) => void request.resume(),
    (request, response) => void request.resume().on('end', () => answer(response)),
  );
  const { clock, sent, put } = timed(s3.store, BODY);
  await sent;
  await clock.advance(LATE_MS + 55);
  expect(s3.puts()).toBe(1);
  await clock.advance(1);
  expect(await put).toEqual({ stored: true, etag: '"e"' });
  expect([s3.puts(), clock.monotonic()]).toEqual([2, LATE_MS + 56]);
});

test('never read: sent again by the timer of the whole put', async () => {
  await using s3 = await s3Of(
    () => undefined,
    (request, response) => void request.resume().on('end', () => answer(response)),
  );
  const { clock, put } = timed(s3.store, LARGE);
  await s3.came(0);
  // A body of 16 MB may take 224 ms, at 75 MB a second.
  await clock.advance(LATE_MS + 223);
  expect(s3.puts()).toBe(1);
  await clock.advance(1);
  expect(await put).toEqual({ stored: true, etag: '"e"' });
  expect([s3.puts(), clock.monotonic()]).toEqual([2, LATE_MS + 224]);
});

let world: FailureWorld;
beforeAll(async () => {
  world = await startFailureWorld();
});
afterAll(() => world.close());

test('a put whose answer never comes is one more request, here and where they are counted; what was put is there', async () => {
  const before = world.s3.calls()['PutObject'] ?? 0;
  world.s3.inject({ operation: 'PutObject', nth: 3, times: 1, fault: { kind: 'silence', when: 'after' } });
  const clock = createVirtualClock();
  const wrappers = createStoreWrappers({ clock, random: createSeededRandom('sent') });
  const { store, usage } = wrappers.objects(world.objects());
  const keys = Array.from({ length: 10 }, (_, i) => `sent/${i}`);
  for (const [i, key] of keys.entries()) {
    const sent = Promise.withResolvers<void>();
    const put = store.put(key, new TextEncoder().encode(key), { onSent: sent.resolve });
    await sent.promise;
    if (i === 2) await clock.advance(LATE_MS + 1);
    await put;
  }
  expect([usage().puts, (world.s3.calls()['PutObject'] ?? 0) - before]).toEqual([11, 11]);
  expect((await store.list('sent/')).objects.map(({ key }) => key)).toEqual(keys);
});
