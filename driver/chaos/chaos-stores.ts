import { LevinError } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { Random } from '../../engine/ports/random.ts';
import { retryObjectStore } from '../../engine/ports/wrappers/retry-object-store.ts';
import { isCommit } from '../../engine/types/keys.ts';
import type { ChaosPlan } from './chaos-plan.ts';

/** The second and third write of one commit go through. */
const MOST_LOST_ANSWERS = 2;
/** One call is refused this often at most; the retries of an adapter go on for longer. */
const MOST_REFUSALS = 2;

/** Commits whose answer is lost: the item is written, the caller learns of a failure of unknown outcome. */
export function loseCommitAnswers<S extends MetadataStore>(store: S, plan: ChaosPlan): S {
  let writes = 0;
  return {
    ...store,
    async put(key, item, options) {
      const result = await store.put(key, item, options);
      const name = `${key.partition.split('#').slice(2).join(' ')} ${Number(key.sort)}`;
      if (!isCommit(key) || !plan.strikes('commit', `write ${writes++}`, [{ scope: name, most: MOST_LOST_ANSWERS }])) return result;
      plan.tell('commit', `lost the answer of the commit of partition ${Number(key.sort)}`);
      throw new LevinError({
        code: 'RESPONSE_LOST',
        fault: 'transient',
        message: 'The answer of this commit was lost by chaos; it may have been done.',
      });
    },
  };
}

export interface RefusedCalls {
  readonly plan: ChaosPlan;
  readonly clock: Clock;
  readonly random: Random;
}

/** An object store that answers 503 now and then, behind the retries that an adapter of a remote store has. */
export function refuseObjectCalls(store: ObjectStore, { plan, clock, random }: RefusedCalls): ObjectStore {
  let calls = 0;
  const call = async <T>(name: string, key: string, effect: () => Promise<T>): Promise<T> => {
    if (plan.strikes('store', `call ${calls++}`, [{ scope: `${name} ${key}`, most: MOST_REFUSALS }])) {
      plan.tell('store', `answered 503 to ${name} ${key}`);
      throw new LevinError({
        code: 'STORE_UNAVAILABLE',
        fault: 'transient',
        message: `${name} of "${key}" was refused by chaos (503).`,
        details: { effect: 'none' },
      });
    }
    return await effect();
  };
  const refusing: ObjectStore = {
    put: (key, body, options) => call('put', key, () => store.put(key, body, options)),
    get: (key, options) => call('get', key, () => store.get(key, options)),
    getRange: (key, start, end, options) => call('getRange', key, () => store.getRange(key, start, end, options)),
    head: (key, options) => call('head', key, () => store.head(key, options)),
    list: (prefix, options) => call('list', prefix, () => store.list(prefix, options)),
    deleteMany: (keys, options) => call('deleteMany', keys[0] ?? '', () => store.deleteMany(keys, options)),
  };
  return retryObjectStore(refusing, { clock, random });
}
