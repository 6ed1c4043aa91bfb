import { basename, resolve } from 'node:path';
import { activateLoader } from '../../engine/closures/loading/executor-code.ts';
import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import type { Loader } from '../../engine/closures/loading/loader-state.ts';
import { fileOfModule, moduleIdOf } from '../../engine/closures/loading/project-root.ts';
import { stateFolder } from '../../engine/closures/loading/state-folder.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ConfigInput } from '../config/config-input.ts';
import { type ConfigSource, environmentSource, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import type { AppStart } from '../journal/journal-entry.ts';
import { acquireLease, takeOverLease } from '../lease/acquire-lease.ts';
import type { Lease } from '../lease/lease.ts';
import { openRunner, openStores, ownProcess, type Stores } from '../wiring.ts';
import { appFinished, isOver } from './app-errors.ts';
import { openAppJournal } from './app-journal.ts';
import { type AppRecord, type AppRecorder, readRecord, startRecord } from './app-record.ts';
import type { Application } from './application.ts';
import { newApplicationId } from './application-id.ts';
import { reserveApplication } from './current-application.ts';
import { currentLaunch, type Launch } from './launch.ts';
import { projectConfig } from './project-config.ts';
import { startApplication } from './start-application.ts';

/**
 * Opens the application of this process: settings, stores, lease, journal, then everything that runs jobs.
 *
 * ```
 *  flags > journal > environment > Context.create() > levin.config.ts > defaults
 *  new:      lease epoch 1, journal begins with appStarted
 *  resumed:  wait until the old driver's lease stands still, epoch + 1, journal read back
 * ```
 * @param runnerOf makes the runner of the master; tests give another.
 */
export async function openApplication(options: ConfigInput, runnerOf: typeof openRunner = openRunner): Promise<Application> {
  refuseOnExecutor();
  const place = reserveApplication();
  try {
    const loader = activateLoader();
    const launch = currentLaunch();
    const loaded = await settings(options, launch, loader);
    const stateDir = resolve(loaded.config.stateDir ?? stateFolder());
    const stores = openStores(stateDir);
    try {
      const appId = launch.appId ?? newApplicationId(stores.clock, stores.random);
      const leaseOptions = { metadata: stores.metadata, clock: stores.clock, random: stores.random, appId, leaseMs: loaded.config.leaseMs };
      const lease = await (launch.appId === null ? acquireLease(leaseOptions) : takeOverLease(leaseOptions));
      try {
        const start = startOf(launch, loader, loaded);
        const record = await openRecord({ stores, lease, launch, start, loaded });
        const journal = await openAppJournal({ stores, appId, lease, start });
        const app = await startApplication({
          ...loaded,
          appId,
          name: nameOf(loaded, launch),
          root: rootOf(loader),
          stateDir,
          stores,
          lease,
          journal,
          record,
          resumed: launch.appId !== null,
          runnerOf,
          onEnd: place.free,
        });
        place.set(app);
        return app;
      } catch (error) {
        // The next driver need not wait for one that never began.
        await lease.release();
        throw error;
      }
    } catch (error) {
      await stores.metadata.close();
      throw error;
    }
  } catch (error) {
    place.free();
    throw error;
  }
}

async function settings(options: ConfigInput, launch: Launch, loader: Loader | null): Promise<LoadedConfig> {
  const sources: ConfigSource[] = [
    { name: 'flag', values: launch.flags },
    { name: 'journal', values: launch.journaled },
    environmentSource(process.env),
    { name: 'Context.create()', values: { ...options } },
  ];
  if (loader?.kind === 'source') {
    const file = await projectConfig(loader.root);
    if (file !== null) sources.push(file);
  }
  return loadConfig(sources);
}

interface OpenRecord {
  readonly stores: Stores;
  readonly lease: Lease;
  readonly launch: Launch;
  readonly start: AppStart;
  readonly loaded: LoadedConfig;
}

/** Says in the list of applications that this driver runs. Fails with `APP_FINISHED` when there is nothing left to resume. */
async function openRecord({ stores, lease, launch, start, loaded }: OpenRecord): Promise<AppRecorder> {
  const { metadata, clock } = stores;
  const before = await readRecord(metadata, lease.appId);
  if (before !== null && isOver(before)) throw appFinished(before);
  const record: AppRecord = {
    appId: lease.appId,
    name: nameOf(loaded, launch),
    master: loaded.config.master,
    job: start.main === null ? null : fileOfModule(start.root, start.main),
    epoch: lease.epoch,
    process: ownProcess(),
    leaseMs: loaded.config.leaseMs,
    startedAtMs: before?.startedAtMs ?? clock.now(),
    endedAtMs: null,
    outcome: null,
    message: null,
  };
  return await startRecord({ metadata, lease, nowMs: () => clock.now(), record });
}

function nameOf({ config }: LoadedConfig, launch: Launch): string {
  return config.appName ?? basename(launch.main ?? process.argv[1] ?? 'levin');
}

function startOf(launch: Launch, loader: Loader | null, { config, set }: LoadedConfig): AppStart {
  const root = rootOf(loader);
  const main = loader?.kind === 'source' ? loader.mainFiles[0] : undefined;
  const conf = Object.fromEntries([...set].map((name) => [name, asScalar(config[name])]));
  return {
    argv: process.argv,
    args: launch.args,
    cwd: process.cwd(),
    root,
    main: main === undefined ? null : moduleIdOf(root, main),
    conf,
    levin: levinPackage().version,
    nodeMajor: Number.parseInt(process.versions.node, 10),
  };
}

function asScalar(value: string | number | boolean | null | readonly string[]): string | number | boolean | null {
  return typeof value === 'object' && value !== null ? value.join(',') : value;
}

function rootOf(loader: Loader | null): string {
  return loader?.kind === 'source' ? loader.root : process.cwd();
}

/** Executors evaluate imported modules: one that opens a Context at its top level would start an application in every task. */
function refuseOnExecutor(): void {
  if (!(Symbol.for('levin.task') in globalThis)) return;
  throw new LevinError({
    code: 'NOT_ON_DRIVER',
    fault: 'user',
    message:
      'Context.create() was called on an executor. Modules that a job imports are evaluated there, too: create the Context in the job file, ' +
      'or in a function that only the driver calls.',
  });
}
