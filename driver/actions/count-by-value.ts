import { KeyMap } from '../../engine/records/key-map.ts';
import { createKeyTable } from '../../engine/records/key-table.ts';
import type { ActionRequest, Application } from '../application/application.ts';
import { allPartitions } from './all-partitions.ts';

/** Counts of all partitions, by value. The journal keeps the pairs, not the map. */
export async function countByValue<T>(request: ActionRequest, app: Application): Promise<KeyMap<T, number>> {
  const pairs = await app.runAction(request, async (stage) => {
    const table = createKeyTable();
    for (const [key, count] of (await stage.run(allPartitions(stage))).flat(1) as [T, number][]) {
      const entry = table.find(key);
      if (entry === undefined) table.insert(key, count);
      else entry.value = (entry.value as number) + count;
    }
    return Array.from(table.entries(), ({ key, value }): [T, number] => [key as T, value as number]);
  });
  return KeyMap.from(pairs);
}
