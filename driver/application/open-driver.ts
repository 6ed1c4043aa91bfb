import { fileOfModule } from '../../engine/closures/loading/project-root.ts';
import type { ProcessIdentity } from '../../engine/types/process-identity.ts';
import type { AppStart } from '../journal/journal-entry.ts';
import { acquireLease, takeOverLease } from '../lease/acquire-lease.ts';
import { checkLease } from '../lease/check-lease.ts';
import { fencedObjectStore, fencedStagedFiles } from '../lease/fenced-object-store.ts';
import type { Lease } from '../lease/lease.ts';
import { lostOr } from '../lease/lost-or.ts';
import type { Stores } from '../wiring.ts';
import { appFinished, isOver } from './app-errors.ts';
import { openAppJournal } from './app-journal.ts';
import { type AppRecord, type AppRecorder, readRecord, startRecord } from './app-record.ts';
import type { Application } from './application.ts';
import { checkLife } from './limit-life.ts';
import { type StartApplication, startApplication } from './start-application.ts';

export interface OpenDriver extends Omit<StartApplication, 'lease' | 'journal' | 'record' | 'root'> {
  readonly start: AppStart;
  readonly process: ProcessIdentity;
}

/**
 * Opens the driver of an application: lease, journal, then everything that runs jobs.
 *
 * ```
 *  new:      lease epoch 1, journal begins with appStarted
 *  resumed:  wait until the old driver's lease stands still, epoch + 1, journal read back
 * ```
 */
export async function openDriver(options: OpenDriver): Promise<Application> {
  const { appId, config, stores, resumed, start } = options;
  const { metadata, clock, random } = stores;
  const leaseOptions = { metadata, clock, random, appId, leaseMs: config.leaseMs };
  const lease = await (resumed ? takeOverLease(leaseOptions) : acquireLease(leaseOptions));
  try {
    const record = await openRecord(options, lease);
    const fenced = fencedStores(stores, lease);
    const journal = await openAppJournal({ stores: fenced, appId, lease, start });
    // Tasks write under names of their own, whoever drives them.
    const runnerOf: OpenDriver['runnerOf'] = (runner) => options.runnerOf({ ...runner, stores });
    return await startApplication({
      ...options,
      stores: fenced,
      runnerOf,
      root: start.root,
      resumed: resumed && lease.epoch > 1,
      lease,
      journal,
      record,
    });
  } catch (error) {
    const reason = await lostOr(stores, lease, error);
    // The next driver need not wait for one that never began.
    await lease.release();
    throw reason;
  }
}

/** What a driver that lost its lease can read, and not change. */
function fencedStores(stores: Stores, lease: Lease): Stores {
  const check = (): Promise<void> => checkLease(stores, lease);
  return {
    ...stores,
    objects: fencedObjectStore(stores.objects, check),
    files: fencedObjectStore(stores.files, check),
    staged: fencedStagedFiles(stores.staged, check),
  };
}

/** Says in the list of applications that this driver runs. Fails with `APP_FINISHED` when there is nothing left to resume. */
async function openRecord({ stores, config, start, name, process }: OpenDriver, lease: Lease): Promise<AppRecorder> {
  const { metadata, clock, lifeMs = null } = stores;
  const before = await readRecord(metadata, lease.appId);
  if (before !== null && isOver(before)) throw appFinished(before);
  const startedAtMs = before?.startedAtMs ?? clock.now();
  const record: AppRecord = {
    appId: lease.appId,
    name,
    master: config.master,
    job: start.main === null ? (before?.job ?? null) : fileOfModule(start.root, start.main),
    epoch: lease.epoch,
    process,
    leaseMs: config.leaseMs,
    startedAtMs,
    endedAtMs: null,
    outcome: null,
    message: null,
    ...(before?.submitted === undefined ? {} : { submitted: before.submitted }),
  };
  const recorder = await startRecord({ metadata, lease, nowMs: () => clock.now(), record });
  try {
    checkLife({ appId: lease.appId, clock, startedAtMs, lifeMs });
  } catch (error) {
    await recorder.ended('failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
  return recorder;
}
