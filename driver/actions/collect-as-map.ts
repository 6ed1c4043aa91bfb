import { LevinError } from '../../engine/errors/levin-error.ts';
import { KeyMap } from '../../engine/records/key-map.ts';
import { showRecord } from '../../engine/runtime/record-path/show-record.ts';
import type { ActionRequest, Application } from '../application/application.ts';

/** Pairs in partition order into a map by value: the last value of a key stays. The journal keeps the pairs, not the map. */
export async function collectAsMap<K, V>(request: ActionRequest, app: Application): Promise<KeyMap<K, V>> {
  const pairs = await app.runAction(request, async (stage) => {
    const partitions = Array.from({ length: stage.numPartitions }, (_, partition) => partition);
    return (await stage.run(partitions)).flat(1).map((record) => pairOf<K, V>(record));
  });
  return KeyMap.from(pairs);
}

/** The compiler refuses other records; untyped code gets here with them. */
function pairOf<K, V>(record: unknown): [K, V] {
  if (Array.isArray(record) && record.length === 2) return record as [K, V];
  throw new LevinError({
    code: 'NOT_A_PAIR',
    fault: 'user',
    message: `collectAsMap: a record is no [key, value] pair: ${showRecord(record)}. Make pairs of the records before: map((x) => [key, value]).`,
  });
}
