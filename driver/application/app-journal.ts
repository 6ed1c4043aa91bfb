import type { AppStart } from '../journal/journal-entry.ts';
import { createJournalWriter } from '../journal/journal-writer.ts';
import { loadJournal } from '../journal/load-journal.ts';
import type { Lease } from '../lease/lease.ts';
import type { Stores } from '../wiring.ts';
import type { ListingJournal } from './input-listings.ts';
import type { ActionJournal } from './run-actions.ts';
import type { BoundsJournal } from './stage-resolver.ts';
import type { LaunchRecord } from './task-launcher.ts';

/** The journal as the parts of an application use it: what an earlier driver decided is read back, everything else is written. */
export interface AppJournal extends ActionJournal, ListingJournal, BoundsJournal {
  recordLaunches(launches: readonly LaunchRecord[]): Promise<void>;
  /** Actions of an earlier driver that this one has not asked for: `count at /p/job.ts:3:1`. */
  unclaimed(): readonly string[];
  /** Whether this driver or an earlier one launched the attempt. */
  hasLaunched(attemptId: string): boolean;
  /** The job is done and nobody will resume it: due before anything of it is deleted, for a driver that lost its lease may not. */
  recordEnd(): Promise<void>;
  /** Stages that attempts were launched for, by this driver or an earlier one. */
  stageIds(): readonly string[];
}

export interface OpenAppJournal {
  readonly stores: Stores;
  readonly appId: string;
  readonly lease: Lease;
  /** Written when the journal is new. */
  readonly start: AppStart;
}

export async function openAppJournal({ stores, appId, lease, start }: OpenAppJournal): Promise<AppJournal> {
  const { metadata, objects } = stores;
  const replay = await loadJournal({ metadata, objects, appId });
  const writer = createJournalWriter({ metadata, objects, appId, lease, nextSeq: replay.nextSeq });
  if (replay.app === null) await writer.append({ kind: 'appStarted', ...start });
  const stages = new Set<string>(replay.stageIds());
  const attempts = new Set<string>([...stages].flatMap((stageId) => replay.launches(stageId).map(([, , attemptId]) => attemptId)));

  return {
    next(asked) {
      const found = replay.nextAction(asked);
      const { ordinal } = found;
      return {
        finished: found.kind === 'finished' ? () => replay.loadResult(found.result) : null,
        outputWasFree: replay.decision(outputOf(ordinal)) !== undefined,
        recordOutputFree: (path) => writer.append({ kind: 'decision', name: outputOf(ordinal), value: path }),
        start: () => (found.kind === 'new' ? writer.append({ kind: 'actionStarted', ordinal, ...asked }) : Promise.resolve()),
        async finish(answer) {
          replay.actionEnded(ordinal);
          await writer.append({ kind: 'actionFinished', ordinal, result: await writer.store(answer) });
        },
        async fail(message) {
          replay.actionEnded(ordinal);
          await writer.append({ kind: 'actionFailed', ordinal, message });
        },
      };
    },
    listing: (key) => replay.listing(key),
    recordListing: (key, files) => writer.append({ kind: 'listing', key, files }),
    bounds: (stageKey) => replay.bounds(stageKey),
    recordBounds: (stageKey, bytes) => writer.append({ kind: 'bounds', stageKey, base64: Buffer.from(bytes).toString('base64') }),
    async recordLaunches(launches) {
      const byStage = Map.groupBy(launches, ({ stageId }) => stageId);
      await Promise.all(
        [...byStage].map(([stageId, of]) => {
          stages.add(stageId);
          for (const { attemptId } of of) attempts.add(attemptId);
          return writer.append({
            kind: 'launched',
            stageId,
            attempts: of.map(({ partition, attempt, attemptId }) => [partition, attempt, attemptId]),
          });
        }),
      );
    },
    unclaimed: () =>
      replay
        .unclaimed()
        .map(({ name, callSite }) => (callSite === null ? name : `${name} at ${callSite.file}:${callSite.line}:${callSite.column}`)),
    hasLaunched: (attemptId) => attempts.has(attemptId),
    recordEnd: () => writer.append({ kind: 'decision', name: 'ended', value: true }),
    stageIds: () => [...stages],
  };
}

function outputOf(ordinal: number): string {
  return `output of action ${ordinal}`;
}
