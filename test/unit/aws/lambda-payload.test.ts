import { describe, expect, test } from 'vitest';
import { decodeRequest, decodeResponse, encodeAnswer, encodeRequest } from '../../../engine/adapters/aws/lambda-payload.ts';
import { type InvokedWork, type LambdaAnswer, MAX_INVOKE_BYTES, pack } from '../../../engine/adapters/aws/lambda-protocol.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { Build } from '../../../engine/runtime/supervisor/executor-protocol.ts';
import { specOf } from '../../support/executors/specs.ts';
import { ENVIRONMENT } from '../../support/lambda/wire.ts';

/** A release whose name is as long as it takes. */
const build = (nameLength: number): Build => ({ levin: 'v'.repeat(nameLength), nodeMajor: 24 });
const SETTINGS = { env: {}, shuffleCompression: 'none', requesterPays: false } as const;

function work(bytes: number): InvokedWork {
  return {
    tasks: [specOf({ do: 'value', value: '' }, { attemptId: 'a', partition: 7, bounds: new Uint8Array(bytes) })],
    settings: SETTINGS,
    calledOff: { partition: 'app#app#called-off', sort: 'a' },
  };
}

function answer(characters: number): LambdaAnswer {
  const failure = { kind: 'user-error', fault: 'user', error: { message: 'x'.repeat(characters) } as never, lost: [] } as const;
  return { attempts: [{ attemptId: 'a', outcome: { kind: 'failure', failure }, events: [], tookMs: 1 }], environment: ENVIRONMENT };
}

/** Bytes of the packed content that a message in one piece holds, and what is left over: base64 makes four of three. */
function room(envelope: number): { readonly packed: number; readonly over: number } {
  const packed = Math.floor((MAX_INVOKE_BYTES - envelope) / 4) * 3;
  return { packed, over: (MAX_INVOKE_BYTES - envelope) % 4 };
}

/** Content that is packed to so many bytes. A length that takes more bytes itself is why it is looked at twice. */
function sized<T extends InvokedWork | LambdaAnswer>(make: (length: number) => T, packed: number): T {
  let length = 0;
  for (let round = 0; round < 3; round++) length += packed - pack(make(length)).length;
  const content = make(length);
  expect(pack(content).length).toBe(packed);
  return content;
}

describe('a message of exactly as many bytes as Lambda takes goes as it is, one of one byte more through the store', () => {
  test('an event', async () => {
    const envelope = JSON.stringify({ ...build(1), packed: '' }).length;
    const { packed, over } = room(envelope);
    const content = sized(work, packed);
    for (const [nameLength, stored] of [
      [1 + over, false],
      [2 + over, true],
    ] as const) {
      const objects = createMemoryObjectStore();
      const event = await encodeRequest(build(nameLength), content, async () => objects);
      expect(stored ? event.length < 400 : event.length === MAX_INVOKE_BYTES).toBe(true);
      const keys = (await objects.list('')).objects.map(({ key }) => key);
      expect(keys).toEqual(stored ? [expect.stringMatching(/^apps\/app\/payloads\/[0-9a-f]{64}$/)] : []);
      const read = await decodeRequest(build(nameLength), JSON.parse(new TextDecoder().decode(event)), async () => objects);
      expect(read).toEqual(content);
    }
  });

  test('an answer', async () => {
    const envelope = JSON.stringify({ levin: 'v', packed: '' }).length;
    const { packed, over } = room(envelope);
    const content = sized(answer, packed);
    for (const [nameLength, stored] of [
      [1 + over, false],
      [2 + over, true],
    ] as const) {
      const objects = createMemoryObjectStore();
      const response = JSON.stringify(await encodeAnswer(build(nameLength), content, { appId: 'app', objects: async () => objects }));
      expect(stored ? response.length < 400 : response.length === MAX_INVOKE_BYTES).toBe(true);
      expect((await objects.list('apps/app/payloads/')).objects.length).toBe(stored ? 1 : 0);
      expect(await decodeResponse(new TextEncoder().encode(response), async () => objects)).toEqual(content);
    }
  });
});

describe('what was stored and', () => {
  const large = work(7_000_000);

  test('is gone is lost', async () => {
    const objects = createMemoryObjectStore();
    const event = await encodeRequest(build(1), large, async () => objects);
    await objects.deleteMany((await objects.list('')).objects.map(({ key }) => key));
    await expect(decodeRequest(build(1), JSON.parse(new TextDecoder().decode(event)), async () => objects)).rejects.toMatchObject({
      code: 'SHARED_LOST',
      fault: 'transient',
    });
  });

  test('has one bit that is another is lost', async () => {
    const objects = createMemoryObjectStore();
    const event = await encodeRequest(build(1), large, async () => objects);
    for (const { key } of (await objects.list('')).objects) {
      const body = await objects.get(key);
      body[1000] = (body[1000] ?? 0) ^ 1;
      await objects.put(key, body);
    }
    await expect(decodeRequest(build(1), JSON.parse(new TextDecoder().decode(event)), async () => objects)).rejects.toMatchObject({
      code: 'SHARED_LOST',
      message: expect.stringContaining('its hash differs'),
    });
  });
});

test('small messages open no store', async () => {
  const none = (): never => {
    throw new Error('opened');
  };
  const event = await encodeRequest(build(1), work(100), none);
  expect(await decodeRequest(build(1), JSON.parse(new TextDecoder().decode(event)), none)).toEqual(
    expect.objectContaining({ settings: SETTINGS }),
  );
  const response = await encodeAnswer(build(1), answer(10), { appId: 'app', objects: none });
  expect(await decodeResponse(new TextEncoder().encode(JSON.stringify(response)), none)).toEqual(answer(10));
});
