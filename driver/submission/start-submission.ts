import type { DriverEvent } from '../../engine/types/driver-event.ts';
import { readRecord } from '../application/app-record.ts';
import { type EndOptions, endApplication } from './end-application.ts';

export interface StartSubmission extends Pick<EndOptions, 'engine' | 'stores'> {
  readonly appId: string;
  /** Invokes the driver function asynchronously. */
  readonly invoke: (event: DriverEvent) => Promise<void>;
}

/** Begins an application that was just submitted. One that nobody can begin has failed, for it would wait for a driver for ever. */
export async function startSubmission({ appId, engine, stores, invoke }: StartSubmission): Promise<void> {
  try {
    await invoke({ kind: 'drive', appId, life: 1 });
  } catch (error) {
    // An answer may be lost: a driver that has begun after all goes on.
    if (await endUnbegun({ appId, engine, stores }, error).catch(() => true)) throw error;
  }
}

async function endUnbegun({ appId, engine, stores }: Omit<StartSubmission, 'invoke'>, error: unknown): Promise<boolean> {
  const record = await readRecord(stores.metadata, appId);
  if (record === null) return true;
  const message = `Its driver function could not be invoked: ${error instanceof Error ? error.message : String(error)}`;
  // Who submits it sees it, and needs no right for the event bus.
  return await endApplication(record, { engine, stores, announce: async () => undefined }, { outcome: 'failed', message });
}
