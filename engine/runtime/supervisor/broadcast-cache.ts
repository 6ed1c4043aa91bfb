import type { ObjectStore } from '../../ports/object-store.ts';
import type { BroadcastRef } from '../../types/broadcast.ts';
import { readBroadcast } from '../read-broadcast.ts';

export interface BroadcastCacheOptions {
  readonly objects: () => Promise<ObjectStore>;
  /** Bytes that are kept; the value that was asked for last is kept whatever it takes. */
  readonly maxBytes: number;
}

/** Encoded broadcasts in the memory of an executor process, shared by its threads: whichever thread asks first, the process reads once. */
export interface BroadcastCache {
  get(appId: string, ref: BroadcastRef): Promise<Uint8Array>;
  forget(appId: string, hash: string): void;
}

export function createBroadcastCache({ objects, maxBytes }: BroadcastCacheOptions): BroadcastCache {
  /** Least lately used first. */
  const kept = new Map<string, { readonly byteLength: number; readonly bytes: Promise<Uint8Array> }>();

  const read = async (appId: string, ref: BroadcastRef): Promise<Uint8Array> => await readBroadcast(await objects(), appId, ref);
  const makeRoom = (): void => {
    let total = [...kept.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    for (const [key, { byteLength }] of kept) {
      if (total <= maxBytes || kept.size === 1) return;
      kept.delete(key);
      total -= byteLength;
    }
  };

  return {
    get(appId, ref) {
      const key = `${appId}/${ref.hash}`;
      const entry = kept.get(key) ?? { byteLength: ref.byteLength, bytes: read(appId, ref) };
      kept.delete(key);
      kept.set(key, entry);
      entry.bytes.catch(() => {
        if (kept.get(key) === entry) kept.delete(key);
      });
      makeRoom();
      return entry.bytes;
    },
    forget: (appId, hash) => void kept.delete(`${appId}/${hash}`),
  };
}
