import { KeyMap } from '../../engine/records/key-map.ts';
import { createKeyTable, mergeInto, pairsOf } from '../../engine/records/key-table.ts';
import type { ActionRequest, Application } from '../application/application.ts';
import { allPartitions } from './all-partitions.ts';

/** Counts of all partitions, by value. The journal keeps the pairs, not the map. */
export async function countByValue<T>(request: ActionRequest, app: Application): Promise<KeyMap<T, number>> {
  const pairs = await app.runAction(request, async (stage) => {
    const table = createKeyTable();
    for (const pair of (await stage.run(allPartitions(stage))).flat(1) as [T, number][]) mergeInto(table, pair, (a, b) => a + b);
    return pairsOf<T, number>(table);
  });
  return KeyMap.from(pairs);
}
