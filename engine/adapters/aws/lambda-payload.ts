import { hash } from 'node:crypto';
import { LevinError } from '../../errors/levin-error.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readShared } from '../../runtime/read-shared.ts';
import type { Build } from '../../runtime/supervisor/executor-protocol.ts';
import type { WireError } from '../../types/failure.ts';
import { objectKeys } from '../../types/keys.ts';
import {
  type InvokedWork,
  type LambdaAnswer,
  type LambdaResponse,
  MAX_INVOKE_BYTES,
  pack,
  readRequest,
  readResponse,
  requestOf,
  responseOf,
  type StoredPayload,
  unpackAnswer,
  unpackWork,
} from './lambda-protocol.ts';

/** Where payloads go that are too large for Lambda; opened when the first one comes. */
export type PayloadObjects = () => Promise<Pick<ObjectStore, 'put' | 'get'>>;

/** The event of an invocation. What Lambda would not take is stored among the application's objects, under the hash of its content. */
export async function encodeRequest(build: Build, work: InvokedWork, objects: PayloadObjects): Promise<Uint8Array> {
  const packed = pack(work);
  const event = requestOf(build, packed);
  if (event.length <= MAX_INVOKE_BYTES) return event;
  return requestOf(build, await store(packed, work.tasks[0]?.appId ?? '', objects));
}

/** Fails with `EXECUTOR_MISMATCH` for another build, and with `SHARED_LOST` when what was stored is not there any more as it was. */
export async function decodeRequest(build: Build, event: unknown, objects: PayloadObjects): Promise<InvokedWork> {
  return unpackWork(await fetched(readRequest(build, event), objects));
}

export async function encodeAnswer(
  build: Build,
  answer: LambdaAnswer,
  { appId, objects }: { readonly appId: string; readonly objects: PayloadObjects },
): Promise<LambdaResponse> {
  const packed = pack(answer);
  const response = responseOf(build, packed);
  // As the runtime will write it.
  if (Buffer.byteLength(JSON.stringify(response)) <= MAX_INVOKE_BYTES) return response;
  return responseOf(build, await store(packed, appId, objects));
}

/** null: it is not of levin. Fails with `SHARED_LOST` as `decodeRequest` does. */
export async function decodeResponse(
  payload: Uint8Array,
  objects: PayloadObjects,
): Promise<LambdaAnswer | { readonly refused: WireError } | null> {
  const response = readResponse(payload);
  if (response === null || 'refused' in response) return response;
  return unpackAnswer(await fetched(response, objects));
}

async function store(packed: Uint8Array, appId: string, objects: PayloadObjects): Promise<StoredPayload> {
  const contentHash = hash('sha256', packed, 'hex');
  const key = objectKeys.payload(appId, contentHash);
  await (await objects()).put(key, packed);
  return { key, hash: contentHash };
}

async function fetched(content: Uint8Array | StoredPayload, objects: PayloadObjects): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const { key, hash: expected } = content;
  return await readShared(key, async () => {
    const packed = await (await objects()).get(key);
    if (hash('sha256', packed, 'hex') === expected) return packed;
    throw new LevinError({
      code: 'CORRUPT_DATA',
      fault: 'transient',
      message: `The payload ${key} is not what was stored: its hash differs.`,
    });
  });
}
