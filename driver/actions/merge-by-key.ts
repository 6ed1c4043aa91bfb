import { KeyMap } from '../../engine/records/key-map.ts';
import { createKeyTable, mergeInto, pairsOf } from '../../engine/records/key-table.ts';
import type { ActionRequest, Application } from '../application/application.ts';
import { allPartitions } from './all-partitions.ts';
import { mergeParts } from './merge-parts.ts';

/** Pairs that each partition has combined already, merged on the driver in partition order. The journal keeps the pairs, not the map. */
export async function mergeByKey<K, V>(request: ActionRequest, app: Application, merge: (a: V, b: V) => V): Promise<KeyMap<K, V>> {
  const pairs = await app.runAction(request, async (stage) => {
    const table = createKeyTable();
    for (const pair of (await stage.run(allPartitions(stage))).flat(1) as [K, V][]) {
      mergeInto(table, pair, (held, value) => mergeParts(request.name, merge, [held, value]));
    }
    return pairsOf<K, V>(table);
  });
  return KeyMap.from(pairs);
}
