import { launchedId } from '../../engine/types/attempt-id.ts';
import { stepPath } from '../journal/call-order.ts';
import { createDrawBuffer } from '../journal/draw-buffer.ts';
import type { AppStart, LaunchedAttempt, LeftAttempt } from '../journal/journal-entry.ts';
import { placed } from '../journal/journal-errors.ts';
import { createJournalWriter, type JournalWriter } from '../journal/journal-writer.ts';
import { loadJournal } from '../journal/load-journal.ts';
import { stepName } from '../journal/replay-steps.ts';
import type { Lease } from '../lease/lease.ts';
import type { Stores } from '../wiring.ts';
import type { ListingJournal } from './input-listings.ts';
import type { LaunchJournal } from './job-engine.ts';
import type { LaunchRecord } from './launch-batch.ts';
import type { OutputClaim } from './output-claims.ts';
import type { Publication } from './plan-publication.ts';
import type { ActionJournal } from './run-actions.ts';
import type { StepJournal } from './run-steps.ts';
import type { BoundsJournal } from './sampled-bounds.ts';

/** The journal as the parts of an application use it: what an earlier driver decided is read back, everything else is written. */
export interface AppJournal extends ActionJournal, StepJournal, ListingJournal, BoundsJournal, LaunchJournal {
  /** Actions and steps of an earlier driver that this one has not asked for: `count at /p/job.ts:3:1`. */
  unclaimed(): readonly string[];
  /** The last entry of a driver that leaves the application to another one. */
  handOver(attempts: readonly LeftAttempt[]): Promise<void>;
  /** All attempts were told to stop: a successor waits for them no longer than this. */
  callOff(withinMs: number): Promise<void>;
  /** Whether this driver or an earlier one launched the attempt. */
  hasLaunched(attemptId: string): boolean;
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
  const draws = createDrawBuffer((drawn) => writer.append({ kind: 'draws', draws: drawn }));
  /** What was drawn before is written before. */
  const append: JournalWriter['append'] = (entry) => {
    draws.flush();
    return writer.append(entry);
  };
  const decided = new Map<string, Uint8Array>();
  const stages = new Set<string>(replay.stageIds());
  const attempts = new Set<string>([...stages].flatMap((stageId) => replay.launches(stageId).map(([, , attemptId]) => attemptId)));

  return {
    next(asked) {
      const found = replay.nextAction(asked);
      const { ordinal } = found;
      return {
        finished: found.kind === 'finished' ? () => replay.loadResult(found.result) : null,
        ordinal,
        outputClaim: (replay.decision(outputOf(ordinal)) ?? null) as OutputClaim | null,
        recordOutputClaim: (claim) => append({ kind: 'decision', name: outputOf(ordinal), value: claim }),
        publication: (replay.decision(publicationOf(ordinal)) ?? null) as Publication | null,
        recordPublication: (publication) => append({ kind: 'decision', name: publicationOf(ordinal), value: publication }),
        start: () => (found.kind === 'new' ? append({ kind: 'actionStarted', ordinal, ...asked }) : Promise.resolve()),
        async finish(answer) {
          replay.actionEnded(ordinal);
          await append({ kind: 'actionFinished', ordinal, result: await writer.store(answer) });
        },
        async fail(message) {
          replay.actionEnded(ordinal);
          await append({ kind: 'actionFailed', ordinal, message });
        },
      };
    },
    listing: (key) => replay.listing(key),
    recordListing: (key, files) => append({ kind: 'listing', key, files }),
    bounds: (stageKey) => decided.get(stageKey) ?? replay.bounds(stageKey),
    async recordBounds(stageKey, bytes) {
      await append({ kind: 'bounds', stageKey, base64: Buffer.from(bytes).toString('base64') });
      decided.set(stageKey, bytes);
    },
    mayRun: replay.mayRun,
    async recordLaunches(launches) {
      const byStage = Map.groupBy(launches, ({ stageId }) => stageId);
      await Promise.all(
        [...byStage].map(([stageId, of]) => {
          stages.add(stageId);
          for (const { attemptId } of of) attempts.add(attemptId);
          return append({
            kind: 'launched',
            stageId,
            attempts: of.map(launchedAttempt),
          });
        }),
      );
    },
    steps: (scope) => {
      const steps = replay.steps.scope(scope);
      return {
        next(asked) {
          const { key, result } = steps.next(asked);
          return {
            path: stepPath(key),
            finished: result === null ? null : () => replay.loadResult(result),
            start: () => append({ kind: 'stepStarted', ...key, callSite: asked.callSite }),
            async finish(answer) {
              steps.finished(key);
              await append({ kind: 'stepFinished', ...key, result: await writer.store(answer) });
            },
            async fail(message) {
              steps.failed(key);
              await append({ kind: 'stepFailed', ...key, message });
            },
          };
        },
      };
    },
    draw(of, callSite, make) {
      const known = replay.nextDraw(of, callSite);
      if (known !== null) return known;
      const value = make();
      draws.add(of, callSite, value);
      return value;
    },
    unclaimed: () => [
      ...replay.unclaimedActions().map(({ name, callSite }) => placed(name, callSite)),
      ...replay.steps.unclaimed().map(({ name, callSite }) => placed(stepName(name), callSite)),
    ],
    handOver: (left) => append({ kind: 'handedOver', attempts: left }),
    callOff: (withinMs) => append({ kind: 'calledOff', withinMs }),
    hasLaunched: (attemptId) => attempts.has(launchedId(attemptId)),
    stageIds: () => [...stages],
  };
}

function launchedAttempt({ partition, attempt, attemptId, sentWith }: LaunchRecord): LaunchedAttempt {
  if (sentWith === null) return [partition, attempt, attemptId];
  const { memoryMb, invocation } = sentWith;
  return invocation === null ? [partition, attempt, attemptId, memoryMb] : [partition, attempt, attemptId, memoryMb, invocation];
}

function outputOf(ordinal: number): string {
  return `output of action ${ordinal}`;
}

function publicationOf(ordinal: number): string {
  return `publication of action ${ordinal}`;
}
