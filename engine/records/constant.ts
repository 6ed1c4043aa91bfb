import { decodeBlockLoading } from './block.ts';
import type { PrepareRecords } from './tagged-codec.ts';
import { decodeValue, encodeValue } from './value.ts';

/** A value inside a plan, where everything is JSON: base64 of its encoding. Each decoding gives a copy of its own. */
export function encodeConstant(value: unknown): string {
  return Buffer.from(encodeValue(value)).toString('base64');
}

/** A copy of the value, where the classes it needs are loaded: on the driver. */
export function decodeConstant(text: string): unknown {
  return decodeValue(bytesOf(text));
}

/** A copy of the value; modules of classes that it needs are loaded before: on executors. */
export async function decodeConstantLoading(text: string, prepare: PrepareRecords): Promise<unknown> {
  const [value] = await decodeBlockLoading(bytesOf(text), { prepare });
  return value;
}

/** Buffers from a pool share their memory; a block is read from memory of its own. */
function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
