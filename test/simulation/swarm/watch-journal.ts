import type { JournalEntry } from '../../../driver/journal/journal-entry.ts';
import type { Effect, SimWorld } from '../../../simulator/sim-world.ts';

interface Launch {
  readonly stageId: string;
  readonly partition: number;
  readonly epoch: number;
  /** It was called off: how long a successor has to take it for one that goes on. */
  readonly withinMs: number;
}

export interface JournalWatch {
  look(effect: Effect, world: SimWorld): Promise<void>;
  /** Launches that are recorded, by attempt id. */
  readonly launches: ReadonlyMap<string, Launch>;
  /** Of a driver that has written to the journal; 0 of another one. */
  epochOf(driver: string): number;
}

/** Holds the journal to what is promised: entries come one after the other, of the driver that holds the lease, and stay; what was decided once is not decided anew. */
export function watchJournal(): JournalWatch {
  const entries: string[] = [];
  const launches = new Map<string, Launch>();
  const epochs = new Map<string, number>();
  const decided = new Map<string, string>();
  const once = (name: string, value: unknown): void => {
    const text = JSON.stringify(value);
    if ((decided.get(name) ?? text) !== text) throw new Error(`${name} was decided anew: ${text} after ${decided.get(name)}`);
    decided.set(name, text);
  };
  const note = (entry: JournalEntry, epoch: number): void => {
    if (entry.kind === 'launched') {
      for (const [partition, , attemptId] of entry.attempts)
        launches.set(attemptId, { stageId: entry.stageId, partition, epoch, withinMs: Number.POSITIVE_INFINITY });
    } else if (entry.kind === 'calledOff') {
      const { withinMs } = entry;
      for (const [id, launch] of launches) launches.set(id, { ...launch, withinMs: Math.min(launch.withinMs, withinMs) });
    } else if (entry.kind === 'actionStarted') once(`action ${entry.ordinal}`, [entry.name, entry.fingerprint]);
    else if (entry.kind === 'actionFinished') {
      if (!decided.has(`action ${entry.ordinal}`)) throw new Error(`action ${entry.ordinal} has ended and never began`);
      if (decided.has(`answer ${entry.ordinal}`)) throw new Error(`action ${entry.ordinal} has ended twice`);
      once(`answer ${entry.ordinal}`, entry.result);
    } else if (entry.kind === 'listing') once(`listing ${entry.key}`, entry.files);
    else if (entry.kind === 'bounds') once(`bounds ${entry.stageKey}`, entry.base64);
    else if (entry.kind === 'decision') once(entry.name, entry.value);
    else if (entry.kind === 'appStarted') once('the application', entry);
  };
  return {
    launches,
    epochOf: (driver) => epochs.get(driver) ?? 0,
    async look({ process, name, keys }, { metadata, objects }) {
      if (name !== 'items.transact') return;
      for (const key of keys) {
        const slash = key.lastIndexOf('/');
        const partition = key.slice(0, slash);
        if (!partition.endsWith('#journal')) continue;
        const item = await metadata.get({ partition, sort: key.slice(slash + 1) });
        if (item === null) continue;
        const [seq, text] = [Number(key.slice(slash + 1)), JSON.stringify(item)];
        if (entries[seq] !== undefined && entries[seq] !== text) throw new Error(`entry ${seq} of the journal was changed`);
        if (entries[seq] !== undefined) continue;
        if (seq !== entries.length) throw new Error(`entry ${seq} of the journal was written behind ${entries.length}`);
        entries.push(text);
        const epoch = Number(item['epoch']);
        const lease = await metadata.get({ partition: partition.slice(0, -'#journal'.length), sort: 'lease' });
        if (lease?.['epoch'] !== epoch)
          throw new Error(`entry ${seq} of the journal is of epoch ${epoch}, the lease of ${JSON.stringify(lease?.['epoch'])}`);
        epochs.set(process, epoch);
        const json = typeof item['json'] === 'string' ? item['json'] : new TextDecoder().decode(await objects.get(item['blob'] as string));
        note(JSON.parse(json) as JournalEntry, epoch);
      }
    },
  };
}
