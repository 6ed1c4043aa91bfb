import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installDriverHooks } from '../../engine/closures/loading/driver-hooks.ts';
import { findProjectRoot, realPathOf } from '../../engine/closures/loading/project-root.ts';
import { stateFolder, transformCacheFolder } from '../../engine/closures/loading/state-folder.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { currentApplication } from '../application/current-application.ts';
import { setLaunch } from '../application/launch.ts';
import type { AppStart } from '../journal/journal-entry.ts';
import { failProcess } from './fail-process.ts';
import { parseRunArguments, type RunArguments } from './run-arguments.ts';

/** `levin run job.ts`: makes the file the main file, loads it, and calls its default export when that is a function. */
export async function run(argv: readonly string[]): Promise<void> {
  const options = parseRunArguments(argv);
  const mainFile = checkJobFile(options.job);
  const stateDir = resolve(options.flags['stateDir'] ?? stateFolder());
  const resumed = options.appId === null ? null : await readResumed(options.appId, stateDir);
  if (resumed !== null) process.chdir(resumed.cwd);
  const flags = { ...textValues(resumed?.conf ?? {}), ...options.flags, stateDir };
  const args = resumed?.args ?? options.args;
  setLaunch({ flags, args, main: mainFile, appId: options.appId });
  process.argv = [process.execPath, mainFile, ...args];
  installDriverHooks({
    root: resumed?.root ?? findProjectRoot(mainFile),
    mainFiles: [mainFile],
    cacheFolder: transformCacheFolder(stateDir),
  });
  process.on('unhandledRejection', (reason) => void failProcess(reason));
  process.on('uncaughtException', (error) => void failProcess(error));
  await runMain(mainFile, args, options);
}

async function runMain(mainFile: string, args: readonly string[], options: RunArguments): Promise<void> {
  const module = (await import(pathToFileURL(mainFile).href)) as { readonly default?: unknown };
  if (typeof module.default === 'function') {
    const { Context } = await import('../api/context.ts');
    const lv = await Context.create();
    await module.default(lv, args);
    await lv.stop();
    return;
  }
  if (options.appId !== null && currentApplication() === null) {
    process.stderr.write(`levin: ${basename(mainFile)} opened no Context, so nothing of ${options.appId} was resumed.\n`);
  }
}

/** Where and with what the application to be resumed was started. */
async function readResumed(appId: string, stateDir: string): Promise<AppStart> {
  const { readStart } = await import('../application/read-start.ts');
  return await readStart(appId, stateDir);
}

function textValues(values: AppStart['conf']): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])));
}

function checkJobFile(job: string): string {
  const path = resolve(job);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return realPathOf(path);
  const what = stats === undefined ? 'does not exist' : 'is a folder, not a file';
  throw new LevinError({ code: 'JOB_NOT_FOUND', fault: 'user', message: `levin run: the job file ${path} ${what}.` });
}
