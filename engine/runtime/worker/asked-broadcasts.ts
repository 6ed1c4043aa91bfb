import { LevinError } from '../../errors/levin-error.ts';
import type { FetchBroadcast } from './broadcast-store.ts';
import type { BroadcastAnswer, FromWorker } from './worker-protocol.ts';

/** What a worker has asked its supervisor for and not got yet. */
export interface AskedBroadcasts {
  readonly fetch: FetchBroadcast;
  answered(ask: number, answer: BroadcastAnswer): void;
}

export function createAskedBroadcasts(post: (message: FromWorker) => void): AskedBroadcasts {
  const asked = new Map<number, PromiseWithResolvers<Uint8Array>>();
  let nextAsk = 0;
  return {
    fetch(appId, ref) {
      const ask = nextAsk++;
      const waiting = Promise.withResolvers<Uint8Array>();
      asked.set(ask, waiting);
      post({ kind: 'broadcast', ask, appId, ref });
      return waiting.promise;
    },
    answered(ask, answer) {
      const waiting = asked.get(ask);
      asked.delete(ask);
      if ('bytes' in answer) waiting?.resolve(answer.bytes);
      else {
        const { error, fault } = answer.failure;
        const details = (error.fields['details'] ?? {}) as Readonly<Record<string, unknown>>;
        waiting?.reject(new LevinError({ code: error.code ?? 'INTERNAL', fault, message: error.message, details }));
      }
    },
  };
}
