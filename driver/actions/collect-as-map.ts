import { KeyMap } from '../../engine/records/key-map.ts';
import type { ActionRequest, Application } from '../application/application.ts';

/** Pairs in partition order into a map by value: the last value of a key stays. The journal keeps the pairs, not the map. */
export async function collectAsMap<K, V>(request: ActionRequest, app: Application): Promise<KeyMap<K, V>> {
  const pairs = await app.runAction(request, async (stage) => {
    const partitions = Array.from({ length: stage.numPartitions }, (_, partition) => partition);
    return (await stage.run(partitions)).flat(1) as [K, V][];
  });
  return KeyMap.from(pairs);
}
