import type { Clock } from '../ports/clock.ts';
import { itemPages } from '../ports/item-pages.ts';
import type { MetadataItem, MetadataKey, MetadataStore } from '../ports/metadata-store.ts';
import { metadataKeys } from '../types/keys.ts';

/** Tells executors that cannot be reached which attempts nobody wants any more: one small item, which they look at. */
export interface CallsOff {
  /** Where to look; it is there before the first attempt is sent, so that one that is gone means that the application's data is. */
  ready(first: { readonly appId: string; readonly attemptId: string }): Promise<MetadataKey>;
  callOff(attemptId: string): void;
  /** The same of attempts that other drivers of the application have launched, which look where those said. */
  callOffOthers(appId: string, attemptIds: readonly string[]): Promise<void>;
  /** It has ended: nobody has to be told. */
  over(attemptId: string): void;
  /** Resolves when everything is written. What cannot be written costs what the attempts still take, and nothing else. */
  written(): Promise<void>;
}

/** Far below what an item holds; who is not named runs to its end. */
const MOST = 5_000;

export function createCallsOff(metadata: Pick<MetadataStore, 'put' | 'query'>): CallsOff {
  const others = new Set<string>();
  let othersChanged = false;
  /** Sort key of this driver's item. */
  let own: string | null = null;
  const off = new Set<string>();
  let key: MetadataKey | null = null;
  let made: Promise<MetadataKey> | null = null;
  let writing: Promise<void> = Promise.resolve();
  let changed = false;

  const write = async (to: MetadataKey): Promise<void> => {
    changed = false;
    await metadata.put(to, { attempts: [...off].slice(-MOST) });
  };
  /** Nobody knows which of the drivers before has launched which: each may have handed on some of another's. */
  const writeOthers = async (appId: string): Promise<void> => {
    for await (const items of itemPages(metadata, metadataKeys.calledOffPartition(appId))) {
      for (const { key: of, item } of items) {
        if (of.sort === own) continue;
        const all = new Set([...(calledOffIn(item) ?? []), ...others]);
        await metadata.put(of, { attempts: [...all].slice(-MOST) });
      }
    }
  };
  /** One after the other: of two at once the older one may be the last. */
  const inTurn = (next: () => Promise<void>): Promise<void> => {
    const written = writing.then(next);
    writing = written.catch(() => undefined);
    return written;
  };
  return {
    ready({ appId, attemptId }) {
      made ??= (async () => {
        // Named after the first attempt: no other driver of the application has the same.
        const first = metadataKeys.calledOff(appId, attemptId);
        own = first.sort;
        await inTurn(async () => {
          await write(first);
          key = first;
        });
        return first;
      })();
      made.catch(() => {
        made = null;
      });
      return made;
    },
    callOff(attemptId) {
      off.add(attemptId);
      changed = true;
      void inTurn(async () => {
        if (changed && key !== null) await write(key);
      }).catch(() => undefined);
    },
    callOffOthers(appId, attemptIds) {
      for (const attemptId of attemptIds) others.add(attemptId);
      othersChanged = true;
      return inTurn(async () => {
        if (!othersChanged) return;
        othersChanged = false;
        try {
          await writeOthers(appId);
        } catch (error) {
          othersChanged = true;
          throw error;
        }
      });
    },
    over: (attemptId) => void off.delete(attemptId),
    written: () => writing,
  };
}

/** Attempts that an item calls off; null: the item is gone, and with it all that could want an attempt. */
export function calledOffIn(item: MetadataItem | null): ReadonlySet<string> | null {
  return item === null ? null : new Set(Array.isArray(item['attempts']) ? (item['attempts'] as readonly string[]) : []);
}

/** On an executor, while it works on one invocation. */
export interface CalledOffWatch {
  /** Runs the attempt with a signal that is aborted when it is called off. */
  run<T>(attemptId: string, attempt: (signal: AbortSignal) => Promise<T>): Promise<T>;
  end(): void;
}

export interface CalledOffWatchOptions {
  /** What is called off; null: everything. */
  readonly look: () => Promise<ReadonlySet<string> | null>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly everyMs: number;
}

/** Looks every so often, the first time after that: an attempt that is over before costs no request. */
export function watchCalledOff({ look, clock, everyMs }: CalledOffWatchOptions): CalledOffWatch {
  const ended = new AbortController();
  let off: ReadonlySet<string> | null = new Set();
  let running: { readonly attemptId: string; readonly abort: AbortController } | null = null;

  const stopIfOff = (): void => {
    if (running !== null && (off === null || off.has(running.attemptId))) running.abort.abort();
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, { signal: ended.signal, unref: true });
      // A store that does not answer says nothing.
      off = await look().catch(() => off);
      stopIfOff();
    }
  };
  watch().catch(() => undefined);
  return {
    async run(attemptId, attempt) {
      running = { attemptId, abort: new AbortController() };
      stopIfOff();
      try {
        return await attempt(running.abort.signal);
      } finally {
        running = null;
      }
    },
    end: () => ended.abort(),
  };
}
