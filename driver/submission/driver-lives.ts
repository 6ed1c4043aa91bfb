import type { MetadataItem, MetadataStore } from '../../engine/ports/metadata-store.ts';
import { metadataKeys } from '../../engine/types/keys.ts';

/** Restarts without any progress before an application is given up. */
export const MAX_IDLE_RESTARTS = 5;

/** Lives that may try to tell of an end: as many again as a driver that got no further has used up. */
export const MAX_TELLING_LIVES: number = 2 * (1 + MAX_IDLE_RESTARTS);

/** How often driver functions of an application have begun. */
export interface DriverLives {
  /** The last one, from 1 on. */
  readonly life: number;
  /** Random, the life's own: tells a lost answer from a life that another delivery has begun. */
  readonly owner: string;
  /** Lives since there was progress last, this one included. */
  readonly idle: number;
  /** Of the journal, when it was last looked at. */
  readonly progress: number;
}

/** Begins a life; null when it, or a later one, has begun before: Lambda delivers events twice at times, and late. */
export async function claimLife(
  metadata: MetadataStore,
  appId: string,
  { life, owner }: Pick<DriverLives, 'life' | 'owner'>,
): Promise<DriverLives | null> {
  const key = metadataKeys.lives(appId);
  for (;;) {
    const before = await readLives(metadata, appId);
    if (before?.owner === owner) return before;
    if (before !== null && before.life >= life) return null;
    const claimed: DriverLives = { life, owner, idle: (before?.idle ?? 0) + 1, progress: before?.progress ?? 0 };
    const condition = before === null ? ({ kind: 'absent' } as const) : ({ kind: 'equals', fields: { owner: before.owner } } as const);
    const put = await metadata.put(key, { ...claimed }, { condition });
    if (put.written) return claimed;
  }
}

/** The journal has grown since: lives without progress are counted anew, from this one on. */
export async function noteProgress(
  metadata: MetadataStore,
  appId: string,
  { lives, progress }: { readonly lives: DriverLives; readonly progress: number },
): Promise<DriverLives> {
  if (progress <= lives.progress) return lives;
  const noted: DriverLives = { ...lives, idle: 1, progress };
  // A later life has counted for itself.
  await metadata.put(metadataKeys.lives(appId), { ...noted }, { condition: { kind: 'equals', fields: { owner: lives.owner } } });
  return noted;
}

export async function readLives(metadata: MetadataStore, appId: string): Promise<DriverLives | null> {
  const item = await metadata.get(metadataKeys.lives(appId));
  return item === null ? null : fromItem(item);
}

function fromItem(item: MetadataItem): DriverLives {
  return {
    life: Number(item['life']),
    owner: item['owner'] as string,
    idle: Number(item['idle']),
    progress: Number(item['progress']),
  };
}
