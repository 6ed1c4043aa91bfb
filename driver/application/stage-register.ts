import { itemPages } from '../../engine/ports/item-pages.ts';
import type { MetadataStore, QueryPage } from '../../engine/ports/metadata-store.ts';
import { metadataKeys } from '../../engine/types/keys.ts';

/** An item has at most 400 KB; an identifier 32 characters. */
const STAGES_OF_AN_ITEM = 2_000;

/**
 * Which stages an application had, when its journal goes: commits are found by their stages only, and attempts that end late may commit once more.
 * Written before anything is deleted, so that a clean-up that was cut short is repeated; it goes with the application's record.
 */
export async function recordStages(metadata: MetadataStore, appId: string, stageIds: readonly string[]): Promise<void> {
  for (let at = 0; at < stageIds.length; at += STAGES_OF_AN_ITEM) {
    const item = { stageIds: stageIds.slice(at, at + STAGES_OF_AN_ITEM) };
    await metadata.put(metadataKeys.stages(appId, at / STAGES_OF_AN_ITEM), item);
  }
}

/** Those of the register; none while the application has its journal. */
export async function registeredStages(metadata: MetadataStore, appId: string): Promise<readonly string[]> {
  const items = await registerOf(metadata, appId);
  return items.flatMap(({ item }) => item['stageIds'] as readonly string[]);
}

export async function deleteRegister(metadata: MetadataStore, appId: string): Promise<void> {
  for (const { key } of await registerOf(metadata, appId)) await metadata.delete(key);
}

async function registerOf(metadata: MetadataStore, appId: string): Promise<QueryPage['items']> {
  const { partition, sort } = metadataKeys.stages(appId, 0);
  const prefix = sort.slice(0, sort.indexOf('#') + 1);
  const items: QueryPage['items'][number][] = [];
  for await (const page of itemPages(metadata, partition, prefix)) items.push(...page);
  return items;
}
