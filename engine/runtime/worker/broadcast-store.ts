import { decodeBroadcast } from '../../closures/runtime/broadcast-codec.ts';
import type { PrepareRecords } from '../../records/tagged-codec.ts';
import type { BroadcastRef } from '../../types/broadcast.ts';
import { type BroadcastValues, notHere } from '../broadcast.ts';

/** Brings an encoded value, verified, in memory that nobody changes. Fails with `SHARED_LOST` when it is not there as it was stored. */
export type FetchBroadcast = (appId: string, ref: BroadcastRef) => Promise<Uint8Array>;

export interface BroadcastStoreOptions {
  /** Loads the modules of classes that values are made of. */
  readonly prepare: PrepareRecords;
  /** Encoded bytes of values that are kept for later tasks. */
  readonly maxBytes: number;
}

/** The broadcasts of one worker: each value is decoded once, when it is first read, and kept for the tasks to come. */
export interface BroadcastStore {
  /** Has the values at hand until the returned function is called; each must be called once. */
  hold(appId: string, refs: readonly BroadcastRef[], fetch: FetchBroadcast): Promise<() => void>;
  /** For functions of that application. */
  of(appId: string): BroadcastValues;
  /** Encoded bytes of everything that is here. */
  heldBytes(): number;
  /** Nobody wants the value any more, but who uses it now. */
  forget(appId: string, hash: string): void;
}

interface Kept {
  readonly byteLength: number;
  /** Tasks that may read it. */
  holders: number;
  /** null when the value is decoded. */
  encoded: Uint8Array | null;
  value: unknown;
  /** It goes with its last holder. */
  unwanted: boolean;
}

export function createBroadcastStore({ prepare, maxBytes }: BroadcastStoreOptions): BroadcastStore {
  /** Least lately used first. */
  const kept = new Map<string, Kept>();
  const arriving = new Map<string, Promise<Uint8Array>>();
  const heldBytes = (): number => [...kept.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);

  const makeRoom = (): void => {
    let bytes = heldBytes();
    const last = [...kept.values()].at(-1);
    for (const [key, entry] of kept) {
      if (entry.holders > 0) continue;
      // The last one stays whatever it takes: the next task is likely to be of the same stage. What was not decoded lies in the executor's own cache.
      const fits = bytes <= maxBytes || entry === last;
      if (fits && entry.encoded === null && !entry.unwanted) continue;
      kept.delete(key);
      bytes -= entry.byteLength;
    }
  };
  const arrival = async (appId: string, ref: BroadcastRef, fetch: FetchBroadcast): Promise<Uint8Array> => {
    const encoded = ref.inline ?? (await fetch(appId, ref));
    await prepare([encoded]);
    arriving.delete(keyOf(appId, ref.hash));
    return encoded;
  };
  const entryOf = async (appId: string, ref: BroadcastRef, fetch: FetchBroadcast): Promise<Kept> => {
    const key = keyOf(appId, ref.hash);
    if (!kept.has(key)) {
      const coming = arriving.get(key) ?? arrival(appId, ref, fetch);
      arriving.set(key, coming);
      coming.catch(() => arriving.delete(key));
      const encoded = await coming;
      if (!kept.has(key)) kept.set(key, { byteLength: ref.byteLength, holders: 0, encoded, value: undefined, unwanted: false });
    }
    const entry = kept.get(key) as Kept;
    kept.delete(key);
    kept.set(key, entry);
    entry.unwanted = false;
    entry.holders += 1;
    return entry;
  };
  const release = (entries: readonly Kept[]): void => {
    for (const entry of entries) entry.holders -= 1;
    makeRoom();
  };

  return {
    async hold(appId, refs, fetch) {
      const entries: Kept[] = [];
      try {
        for (const ref of refs) {
          entries.push(await entryOf(appId, ref, fetch));
          makeRoom();
        }
      } catch (error) {
        release(entries);
        throw error;
      }
      return () => release(entries);
    },
    of: (appId) => ({
      valueOf(hash) {
        const entry = kept.get(keyOf(appId, hash));
        if (entry === undefined) throw notHere(hash);
        if (entry.encoded !== null) {
          entry.value = decodeBroadcast(entry.encoded);
          entry.encoded = null;
        }
        return entry.value;
      },
    }),
    heldBytes,
    forget(appId, hash) {
      const entry = kept.get(keyOf(appId, hash));
      if (entry !== undefined) entry.unwanted = true;
      makeRoom();
    },
  };
}

function keyOf(appId: string, hash: string): string {
  return `${appId}/${hash}`;
}
