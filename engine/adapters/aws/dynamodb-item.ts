import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { LevinError } from '../../errors/levin-error.ts';
import { metadataKeyText } from '../../ports/metadata-errors.ts';
import type { MetadataItem, MetadataKey, MetadataValue } from '../../ports/metadata-store.ts';
import { utf8Length } from '../../ports/utf8-order.ts';

export type Attributes = Record<string, AttributeValue>;

/** What the table must be made with. */
export const KEY_ATTRIBUTES = { partition: 'PK', sort: 'SK' } as const;

/** Seconds since 1970: DynamoDB's own deletion, within days. */
export const TTL_ATTRIBUTE = 'TTL';

/** Milliseconds: what readers and conditions go by. */
export const EXPIRY_ATTRIBUTE = 'EXP';

/** A write is paid by the kilobyte: fields above one are stored compressed where that is shorter. */
const PLAIN_FIELD_CHARS = 1024;

const DIGEST_BYTES = 32;

/** No item of ours is longer; what says it is, is none. */
const MAX_FIELD_BYTES = 4 * 1024 * 1024;

/** DynamoDB takes numbers of 1E-130 to 9.9E+125; times beyond are as good as these. */
const MIN_NUMBER = 1e-120;
const MAX_NUMBER = 1e120;

/** The largest time that DynamoDB's own deletion reads as one. */
const MAX_TTL_SECONDS = 2 ** 40;

/**
 * An item's attributes. Each field is one, as JSON text, so that numbers, `null`, lone surrogates and order come back as they were and a condition can
 * compare a field:
 * ```
 * { "epoch": 3, "winner": "a1", "expiresAtMs": 5000 }
 * PK "app#1"  SK "lease"  .epoch "3"  .winner "\"a1\""  .expiresAtMs "5000"  EXP 5000  TTL 5
 * ```
 * A long field is bytes: the SHA-256 of its JSON, by which it is compared, then the JSON deflated.
 */
export function encodeItem(key: MetadataKey, item: MetadataItem): Attributes {
  const attributes: Attributes = encodeKey(key);
  for (const [name, value] of Object.entries(item)) attributes[fieldAttribute(name)] = encodeField(value);
  const { expiresAtMs } = item;
  if (expiresAtMs === undefined) return attributes;
  attributes[EXPIRY_ATTRIBUTE] = { N: numberText(expiresAtMs) };
  const seconds = Math.ceil(expiresAtMs / 1000);
  if (seconds > 0 && seconds <= MAX_TTL_SECONDS) attributes[TTL_ATTRIBUTE] = { N: String(seconds) };
  return attributes;
}

function numberText(value: number): string {
  return String(value === 0 ? 0 : Math.sign(value) * Math.min(MAX_NUMBER, Math.max(MIN_NUMBER, Math.abs(value))));
}

export function encodeKey({ partition, sort }: MetadataKey): Attributes {
  return { [KEY_ATTRIBUTES.partition]: { S: partition }, [KEY_ATTRIBUTES.sort]: { S: sort } };
}

/** As DynamoDB counts it: names and values, text in UTF-8. A number takes 21 bytes at most. */
export function itemBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const [name, { S, B }] of Object.entries(attributes))
    bytes += utf8Length(name) + (S === undefined ? (B?.length ?? 21) : utf8Length(S));
  return bytes;
}

/** What a name may hold and UTF-8 or a key of JSON cannot, or not without an escape. */
const ESCAPED = /[%"\\\p{Cc}\p{Cs}]/gu;

/**
 * The attribute of a field; with a dot, for a name may be `PK`. What would need an escape in JSON is written as `%005c`: V8 13.6 (Node 24) now and then
 * takes a key with an escape for another one of the same shape that it has parsed before.
 */
export function fieldAttribute(name: string): string {
  return `.${name.replace(ESCAPED, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}`;
}

function fieldName(attribute: string): string {
  return attribute.slice(1).replace(/%([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function encodeField(value: MetadataValue): AttributeValue {
  const json = JSON.stringify(value);
  if (json.length <= PLAIN_FIELD_CHARS) return { S: json };
  const bytes = Buffer.from(json);
  const packed = deflateRawSync(bytes);
  return packed.length + DIGEST_BYTES < bytes.length ? { B: Buffer.concat([digestOf(bytes), packed]) } : { S: json };
}

/** What a field that equals this scalar is stored as, or what it begins with. */
export function comparable(value: string | number | boolean | null): { readonly whole: string; readonly digest: Uint8Array | null } {
  const whole = JSON.stringify(value);
  return { whole, digest: whole.length > PLAIN_FIELD_CHARS ? digestOf(Buffer.from(whole)) : null };
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export function decodeKey(attributes: Attributes): MetadataKey {
  const partition = attributes[KEY_ATTRIBUTES.partition]?.S;
  const sort = attributes[KEY_ATTRIBUTES.sort]?.S;
  if (partition === undefined || sort === undefined) throw foreignItem('without a key', 'it has none');
  return { partition, sort };
}

export function decodeItem(attributes: Attributes): MetadataItem {
  const key = decodeKey(attributes);
  const fields = Object.entries(attributes)
    .filter(([name]) => name.startsWith('.'))
    .map(([name, value]) => [fieldName(name), parse(key, textOf(key, value))]);
  return Object.fromEntries(fields) as MetadataItem;
}

function textOf(key: MetadataKey, { S, B }: AttributeValue): string {
  if (S !== undefined) return S;
  if (B === undefined) throw foreignItem(metadataKeyText(key), 'a field is neither text nor bytes');
  try {
    const bytes = inflateRawSync(B.subarray(DIGEST_BYTES), { maxOutputLength: MAX_FIELD_BYTES });
    if (digestOf(bytes).equals(B.subarray(0, DIGEST_BYTES))) return bytes.toString();
  } catch {
    // Told below, as is a digest that differs.
  }
  throw foreignItem(metadataKeyText(key), 'a field is damaged');
}

function parse(key: MetadataKey, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw foreignItem(metadataKeyText(key), 'a field is no JSON');
  }
}

function foreignItem(which: string, why: string): LevinError {
  return new LevinError({
    code: 'STATE_CORRUPT',
    fault: 'user',
    message: `The item ${which} of the metadata table was not written by levin: ${why}. The table must be levin's alone; delete the item.`,
  });
}
