import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { metadataKeys } from '../../engine/types/keys.ts';

/** How often a driver looks whether somebody wants it to stop. */
const LOOK_MS = 500;

/** Asks the driver of this epoch to stop; one that takes over later is not meant. */
export async function requestCancel(metadata: MetadataStore, appId: string, epoch: number): Promise<void> {
  await metadata.put(metadataKeys.cancel(appId), { epoch });
}

export interface OnCancelRequest {
  readonly metadata: MetadataStore;
  readonly clock: Clock;
  readonly appId: string;
  readonly epoch: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Calls back once when this driver is asked to stop. It keeps no process alive. */
export function onCancelRequest(options: OnCancelRequest, cancelled: () => void): void {
  const { metadata, clock, appId, epoch, signal } = options;
  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, { signal, unref: true });
      // A store that cannot be read for a while is the business of whoever needs it.
      const asked = await metadata.get(metadataKeys.cancel(appId), { signal }).catch(() => null);
      if (asked?.['epoch'] === epoch) return cancelled();
    }
  };
  watch().catch(() => undefined);
}
