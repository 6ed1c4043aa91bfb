import { basename, resolve } from 'node:path';
import { activateLoader } from '../../engine/closures/loading/executor-code.ts';
import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import type { Loader } from '../../engine/closures/loading/loader-state.ts';
import { moduleIdOf } from '../../engine/closures/loading/project-root.ts';
import { stateFolder } from '../../engine/closures/loading/state-folder.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { InjectChaosOptions, Injection } from '../chaos/inject-chaos.ts';
import type { ConfigInput } from '../config/config-input.ts';
import { type ConfigSource, environmentSource, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { parseMaster } from '../config/parse-master.ts';
import type { AppStart } from '../journal/journal-entry.ts';
import { openWiring, ownProcess } from '../wiring.ts';
import type { Application } from './application.ts';
import { newApplicationId } from './application-id.ts';
import { reserveApplication } from './current-application.ts';
import { processHost } from './driver-host.ts';
import { journaledConf } from './journaled-settings.ts';
import { currentLaunch, type Launch } from './launch.ts';
import { openDriver } from './open-driver.ts';
import { projectConfig } from './project-config.ts';

/**
 * Opens the application of this process: settings and stores, then its driver.
 *
 * Settings: flags > journal > environment > Context.create() > levin.config.ts > defaults.
 * @param wire opens the stores and the runner of the master; tests give others.
 */
export async function openApplication(options: ConfigInput, wire: typeof openWiring = openWiring): Promise<Application> {
  refuseOnExecutor();
  const place = reserveApplication();
  try {
    const loader = activateLoader();
    const launch = currentLaunch();
    const loaded = await settings(options, launch, loader);
    const stateDir = resolve(loaded.config.stateDir ?? stateFolder());
    const { master, requesterPays, upload, chaos } = loaded.config;
    const { stores, openRunner } = await wire({ master: parseMaster(master), stateDir, engine: launch.engine, requesterPays, upload });
    try {
      const appId = launch.appId ?? newApplicationId(stores.clock, stores.random);
      launch.life?.opened(appId);
      const app = await openDriver({
        ...loaded,
        appId,
        name: nameOf(loaded, launch),
        start: startOf(launch, loader, loaded),
        ...(await injection({ config: loaded.config, stores, runnerOf: openRunner, life: launch.life }, chaos)),
        resumed: launch.appId !== null,
        process: ownProcess(),
        host: processHost(),
        onEnd: place.free,
      });
      place.set(app);
      return app;
    } catch (error) {
      await stores.metadata.close();
      throw error;
    }
  } catch (error) {
    place.free();
    throw error;
  }
}

/** What injects faults is loaded by jobs that ask for them. */
async function injection(options: Omit<InjectChaosOptions, 'asked'>, asked: string | null): Promise<Injection> {
  if (asked === null) return { stores: options.stores, runnerOf: options.runnerOf };
  return (await import('../chaos/inject-chaos.ts')).injectChaos({ ...options, asked });
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

function nameOf({ config }: LoadedConfig, launch: Launch): string {
  return config.appName ?? basename(launch.main ?? process.argv[1] ?? 'levin');
}

function startOf(launch: Launch, loader: Loader | null, loaded: LoadedConfig): AppStart {
  const root = launch.root ?? rootOf(loader);
  const main = loader?.kind === 'source' ? loader.mainFiles[0] : undefined;
  return {
    argv: process.argv,
    args: launch.args,
    cwd: process.cwd(),
    root,
    main: main === undefined ? null : moduleIdOf(root, main),
    conf: journaledConf(loaded),
    levin: levinPackage().version,
    nodeMajor: Number.parseInt(process.versions.node, 10),
  };
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
