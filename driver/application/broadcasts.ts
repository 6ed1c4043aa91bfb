import { encodeBroadcast } from '../../engine/closures/runtime/broadcast-codec.ts';
import { callSiteOf } from '../../engine/closures/runtime/call-site.ts';
import type { CapturedBroadcast } from '../../engine/closures/shipped-closure.ts';
import { errorCode } from '../../engine/errors/levin-error.ts';
import type { ObjectChunks } from '../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { type Broadcast, broadcastOf } from '../../engine/runtime/broadcast.ts';
import { INLINE_BROADCAST_BYTES } from '../../engine/types/broadcast.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { UntimedEvent } from '../events/event-bus.ts';
import { holdBroadcast, siteText } from './held-broadcast.ts';

export interface BroadcastsOptions {
  readonly appId: string;
  readonly objects: ObjectStore;
  /** Has executors drop their copies, where they can be told. */
  readonly forget: (appId: string, hash: string) => void;
  readonly emit: (event: UntimedEvent) => void;
}

/** The broadcasts of an application. What no job uses is never written; equal values are one object. */
export interface Broadcasts {
  /** Encodes the value: what cannot travel is an error here, and the value is what it is now. */
  make<T>(value: T, callSite: CallSite | null): { readonly broadcast: Broadcast<T>; readonly pieces: readonly Uint8Array[] };
  /** Has those that tasks are about to read in the object store. Fails with `BROADCAST_DESTROYED`. */
  store(broadcasts: readonly CapturedBroadcast[]): Promise<void>;
  /** Writes one that was found lost or damaged. */
  storeAgain(broadcast: CapturedBroadcast): Promise<void>;
}

/** What is known of a content, whoever broadcasts it. */
interface Content {
  /** Broadcasts of it that were not destroyed. */
  live: number;
  /** Resolves when it is stored; null: nobody has stored it yet, or it was deleted. */
  stored: Promise<void> | null;
  /** Writes and deletions come one after the other. */
  last: Promise<unknown>;
}

export function createBroadcasts({ appId, objects, forget, emit }: BroadcastsOptions): Broadcasts {
  const contents = new Map<string, Content>();
  const contentOf = (hash: string): Content => {
    const content = contents.get(hash) ?? { live: 0, stored: null, last: Promise.resolve() };
    contents.set(hash, content);
    return content;
  };
  const inTurn = <R>(content: Content, work: () => Promise<R>): Promise<R> => {
    const mine = content.last.then(work, work);
    content.last = mine.catch(() => undefined);
    return mine;
  };
  const write = async (broadcast: CapturedBroadcast, again: boolean): Promise<void> => {
    const { hash, byteLength } = broadcast;
    const key = objectKeys.broadcast(appId, hash);
    // An earlier driver of the application may have stored it: hundreds of megabytes are not sent to learn that.
    const isThere = !again && (await sizeOf(objects, key)) === byteLength;
    if (!isThere) {
      await objects.put(key, bodyOf(broadcast), { ifAbsent: !again });
      emit({ kind: 'broadcastStored', hash, bytes: byteLength, again });
    }
  };
  const storeOne = async (broadcast: CapturedBroadcast): Promise<void> => {
    if (broadcast.byteLength <= INLINE_BROADCAST_BYTES) return;
    const content = contentOf(broadcast.hash);
    if (content.stored === null) {
      const storing = inTurn(content, () => write(broadcast, false));
      content.stored = storing;
      storing.catch(() => {
        if (content.stored === storing) content.stored = null;
      });
    }
    await content.stored;
    broadcast.stored();
  };
  const remove = async (hash: string): Promise<void> => {
    forget(appId, hash);
    const content = contentOf(hash);
    content.live -= 1;
    if (content.live > 0) return;
    const { stored } = content;
    content.stored = null;
    if (stored === null) return;
    const { failed } = await inTurn(content, () => objects.deleteMany([objectKeys.broadcast(appId, hash)]));
    const [left] = failed;
    if (left !== undefined)
      emit({ kind: 'warning', code: 'CLEAN_UP', message: `A destroyed broadcast was not deleted, and only takes space: ${left.message}` });
  };

  return {
    make(value, callSite) {
      const { pieces, fingerprint, ...made } = encodeBroadcast(value);
      const { hash } = made;
      contentOf(hash).live += 1;
      const held = holdBroadcast({ value, pieces }, { hash, callSite });
      const captured: CapturedBroadcast = {
        ...made,
        encoded: held.encoded,
        stored: held.stored,
        checkAlive: () => held.check('a function that captures it was used'),
      };
      const broadcast = broadcastOf({
        hash,
        fingerprint,
        captured,
        value: held.value,
        async unpersist() {
          held.check('unpersist() was called');
          forget(appId, hash);
        },
        async destroy() {
          held.check('destroy() was called');
          held.drop(callSiteOf());
          await remove(hash);
        },
        toString: () => `Broadcast(${siteText(callSite)})`,
      });
      return { broadcast, pieces };
    },
    async store(broadcasts) {
      for (const broadcast of broadcasts) broadcast.checkAlive();
      await Promise.all(broadcasts.map(storeOne));
    },
    async storeAgain(broadcast) {
      broadcast.checkAlive();
      await inTurn(contentOf(broadcast.hash), () => write(broadcast, true));
    },
  };
}

function bodyOf(broadcast: CapturedBroadcast): ObjectChunks {
  const pieces = broadcast.encoded();
  return { byteLength: broadcast.byteLength, [Symbol.iterator]: () => pieces[Symbol.iterator]() };
}

/** null: there is no such object. */
async function sizeOf(objects: ObjectStore, key: string): Promise<number | null> {
  try {
    return (await objects.head(key)).size;
  } catch (error) {
    if (errorCode(error) === 'OBJECT_NOT_FOUND') return null;
    throw error;
  }
}
