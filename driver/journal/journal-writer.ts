import type { MetadataItem, MetadataStore, TransactWrite } from '../../engine/ports/metadata-store.ts';
import { leaseLost } from '../../engine/runtime/lease-lost.ts';
import { repeatWrite } from '../../engine/runtime/repeat-write.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import type { Lease } from '../lease/lease.ts';
import type { JournalEntry, JournaledBytes } from './journal-entry.ts';
import { journalConflict } from './journal-errors.ts';
import { type BlobStore, encodeEntry, storeBytes } from './journal-item.ts';

/** A transaction names at most 100 keys, one of them the lease; and DynamoDB takes at most 4 MB. */
const MAX_BATCH_ENTRIES = 99;
const MAX_BATCH_BYTES = 3 * 1024 * 1024;

export interface JournalWriter {
  /**
   * Adds an entry; resolves when it is written, in the order of the calls. Entries that wait are written together.
   * Fails with `LEASE_LOST` when another driver has taken over; after a failure every further call fails with the same error.
   */
  append(entry: JournalEntry): Promise<void>;
  /** Puts an answer's bytes where an `actionFinished` entry can name them. */
  store(bytes: Uint8Array): Promise<JournaledBytes>;
}

export interface JournalWriterOptions extends BlobStore {
  readonly metadata: MetadataStore;
  readonly lease: Pick<Lease, 'epoch' | 'fence'>;
  /** Number of the next entry: how many there are. */
  readonly nextSeq: number;
}

interface Waiting {
  readonly entry: JournalEntry;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  let nextSeq = options.nextSeq;
  let queue: Waiting[] = [];
  let draining = false;
  let broken: { readonly error: unknown } | null = null;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const waiting = queue;
      queue = [];
      try {
        const items = await Promise.all(waiting.map(({ entry }) => encodeEntry(options, options.lease.epoch, entry)));
        for (const batch of batchesOf(items)) {
          await writeBatch(options, nextSeq, batch);
          nextSeq += batch.length;
          for (const { done } of waiting.splice(0, batch.length)) done();
        }
      } catch (error) {
        broken = { error };
        for (const { failed } of [...waiting, ...queue]) failed(error);
        queue = [];
      }
    }
    draining = false;
  }

  return {
    append(entry) {
      return new Promise((done, failed) => {
        if (broken !== null) return failed(broken.error);
        queue.push({ entry, done, failed });
        if (draining) return;
        draining = true;
        void drain();
      });
    },
    store: (bytes) => storeBytes(options, options.lease.epoch, bytes),
  };
}

function* batchesOf(items: readonly MetadataItem[]): Generator<readonly MetadataItem[]> {
  let batch: MetadataItem[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    if (batch.length === MAX_BATCH_ENTRIES || (batch.length > 0 && bytes + size > MAX_BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += size;
  }
  yield batch;
}

/** All of the batch or nothing. Repeated when the outcome is unknown: then the first entry stands there already, with our content. */
async function writeBatch(options: JournalWriterOptions, seq: number, items: readonly MetadataItem[]): Promise<void> {
  const { metadata, lease, appId } = options;
  const writes: TransactWrite[] = items.map((item, i) => ({
    kind: 'put',
    key: metadataKeys.journal(appId, seq + i),
    item,
    condition: { kind: 'absent' },
  }));
  const answer = await repeatWrite(() => metadata.transact([lease.fence], writes));
  if (answer.written) return;
  if (answer.failed.sort === lease.fence.key.sort && answer.failed.partition === lease.fence.key.partition)
    throw leaseLost(appId, answer.current);
  if (!isSameEntry(answer.current, items[0])) throw journalConflict(appId, seq, answer.current);
}

function isSameEntry(a: MetadataItem | null, b: MetadataItem | undefined): boolean {
  return ['epoch', 'json', 'blob'].every((field) => a?.[field] === b?.[field]);
}
