import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installDriverHooks } from '../../engine/closures/loading/driver-hooks.ts';
import { findProjectRoot } from '../../engine/closures/loading/project-root.ts';
import { stateFolder, transformCacheFolder } from '../../engine/closures/loading/state-folder.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { applicationWasOpened } from '../application/current-application.ts';
import { journaledSettings } from '../application/journaled-settings.ts';
import { setLaunch } from '../application/launch.ts';
import { runJobModule } from '../application/run-job-module.ts';
import { parseMaster } from '../config/parse-master.ts';
import type { AppStart } from '../journal/journal-entry.ts';
import type { EngineLookUp } from '../wiring.ts';
import { deadlyChaos, takeDriverLife } from './driver-life.ts';
import { failProcess } from './fail-process.ts';
import { givenMaster } from './given-master.ts';
import { checkJobFile } from './job-file.ts';
import { parseRunArguments, type RunArguments } from './run-arguments.ts';
import { openPlace, placeText, statePlaceOf } from './state-place.ts';

/** `levin run job.ts`: makes the file the main file, loads it, and calls its default export when that is a function. */
export async function run(argv: readonly string[]): Promise<void> {
  const options = parseRunArguments(argv);
  const mainFile = checkJobFile('run', options.job);
  const life = takeDriverLife();
  const given = life === null ? deadlyChaos(options, process.env) : null;
  if (given !== null) return await (await import('./watch-driver.ts')).watchDriver(options, given);
  const resumed = options.appId === null ? null : await readResumed(options.appId, options.flags, mainFile);
  if (resumed !== null) enter(resumed.start.cwd);
  const stateDir = resumed?.stateDir ?? options.flags['stateDir'];
  const flags = stateDir === undefined ? options.flags : { ...options.flags, stateDir };
  const args = resumed?.start.args ?? options.args;
  const journaled = resumed === null ? {} : journaledSettings(resumed.start);
  // While the user's modules load.
  const engine = resumed?.engine ?? (await beginLookUp(options.flags));
  setLaunch({ flags, journaled, args, main: mainFile, root: null, appId: options.appId, life, engine });
  process.argv = [process.execPath, mainFile, ...args];
  installDriverHooks({
    root: resumed?.start.root ?? findProjectRoot(mainFile),
    mainFiles: [mainFile],
    cacheFolder: transformCacheFolder(resolve(stateDir ?? stateFolder())),
  });
  process.on('unhandledRejection', (reason) => void failProcess(reason));
  process.on('uncaughtException', (error) => void failProcess(error));
  await runMain(mainFile, args, options);
}

/** Looks for the engine that flags or environment name; what a job names itself is looked for when it opens its Context. */
async function beginLookUp(flags: RunArguments['flags']): Promise<EngineLookUp | null> {
  const text = givenMaster(flags, process.env);
  const master = text === null ? null : parseMaster(text);
  return master?.kind === 'aws' ? (await import('../wiring.ts')).lookUpEngine(master.engine) : null;
}

async function runMain(mainFile: string, args: readonly string[], options: RunArguments): Promise<void> {
  const module = (await import(pathToFileURL(mainFile).href)) as { readonly default?: unknown };
  await runJobModule(module, args);
  if (options.appId !== null && !applicationWasOpened()) {
    process.stderr.write(`levin: ${basename(mainFile)} opened no Context, so nothing of ${options.appId} was resumed.\n`);
  }
}

interface Resumed {
  readonly start: AppStart;
  /** undefined: its state is an engine's. */
  readonly stateDir: string | undefined;
  readonly engine: EngineLookUp | null;
}

/** Where and with what the application to be resumed was started. */
async function readResumed(appId: string, flags: RunArguments['flags'], mainFile: string): Promise<Resumed> {
  const place = await statePlaceOf({ on: flags['master'] ?? flags['spark.master'], stateDir: flags['stateDir'] }, mainFile);
  const stores = await openPlace(place);
  try {
    const { readStart } = await import('../application/read-start.ts');
    const start = await readStart(appId, stores, placeText(place));
    return place.kind === 'folder'
      ? { start, stateDir: place.stateDir, engine: null }
      : { start, stateDir: flags['stateDir'], engine: place.lookUp };
  } finally {
    await stores.metadata.close();
  }
}

function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch (cause) {
    throw new LevinError({
      code: 'FOLDER_GONE',
      fault: 'user',
      message: `levin run: the application was started in ${folder}, which cannot be entered any more. Put the folder back, or start a new application (without --app).`,
      cause,
    });
  }
}
