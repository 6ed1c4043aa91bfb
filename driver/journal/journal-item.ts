import { hash } from 'node:crypto';
import type { MetadataItem } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { JournalEntry, JournaledBytes } from './journal-entry.ts';
import { journalCorrupt } from './journal-errors.ts';

/** Longest base64 of an answer inside its entry; a longer one goes to an object of its own. */
const MAX_INLINE_BYTES = 300 * 1024;

/** Largest item with the entry in it, as JSON; a larger entry goes to an object. The store takes 400 KB. */
const MAX_ITEM_BYTES = 380 * 1024;

export interface BlobStore {
  readonly objects: ObjectStore;
  readonly appId: string;
}

/**
 * An entry as it is stored: its JSON as one string, so that two items are equal when their text is.
 *
 * ```
 *  { epoch, kind, json: '{…}' }              an item of up to 380 KB
 *  { epoch, kind, blob: '<object key>' }     above: the object holds the JSON and was put before
 * ```
 */
export async function encodeEntry(store: BlobStore, epoch: number, entry: JournalEntry): Promise<MetadataItem> {
  const json = JSON.stringify(entry);
  const item = { epoch, kind: entry.kind, json };
  if (Buffer.byteLength(JSON.stringify(item)) <= MAX_ITEM_BYTES) return item;
  const { key } = await putBlob(store, epoch, Buffer.from(json));
  return { epoch, kind: entry.kind, blob: key };
}

export async function decodeEntry(store: BlobStore, sort: string, item: MetadataItem): Promise<{ epoch: number; entry: JournalEntry }> {
  const { epoch, json, blob } = item as Partial<Record<'epoch' | 'json' | 'blob', unknown>>;
  const text = typeof json === 'string' ? json : typeof blob === 'string' ? Buffer.from(await store.objects.get(blob)).toString() : null;
  if (typeof epoch !== 'number' || text === null) throw journalCorrupt(store.appId, `entry ${sort}`, `is ${JSON.stringify(item)}`);
  return { epoch, entry: JSON.parse(text) as JournalEntry };
}

/** Puts bytes where the journal can name them: small ones into the entry itself. */
export async function storeBytes(store: BlobStore, epoch: number, bytes: Uint8Array): Promise<JournaledBytes> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Math.ceil(bytes.length / 3) * 4 <= MAX_INLINE_BYTES) return { kind: 'inline', base64: buffer.toString('base64') };
  const { key, sha256 } = await putBlob(store, epoch, buffer);
  return { kind: 'object', key, length: bytes.length, sha256 };
}

export async function loadBytes(store: BlobStore, stored: JournaledBytes): Promise<Uint8Array> {
  if (stored.kind === 'inline') return new Uint8Array(Buffer.from(stored.base64, 'base64'));
  const bytes = await store.objects.get(stored.key);
  if (hash('sha256', bytes, 'hex') === stored.sha256) return bytes;
  throw journalCorrupt(store.appId, `object ${stored.key}`, 'does not have the checksum that the journal names');
}

/** By content, and the epoch in the key: a driver that lost its lease overwrites nothing that counts. */
async function putBlob({ objects, appId }: BlobStore, epoch: number, bytes: Uint8Array): Promise<{ key: string; sha256: string }> {
  const sha256 = hash('sha256', bytes, 'hex');
  const key = objectKeys.journalBlob(appId, epoch, sha256);
  await objects.put(key, bytes);
  return { key, sha256 };
}
