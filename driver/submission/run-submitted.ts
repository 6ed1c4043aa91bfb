import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileOfModule } from '../../engine/closures/loading/project-root.ts';
import { currentApplication } from '../application/current-application.ts';
import { journaledSettings } from '../application/journaled-settings.ts';
import { setLaunch } from '../application/launch.ts';
import { runJobModule } from '../application/run-job-module.ts';
import type { AppStart } from '../journal/journal-entry.ts';
import type { ToDriver } from './driver-messages.ts';

/** Runs a packed job in this process as `levin run` runs its file: arguments, settings and project are those of the journal. */
export async function runSubmitted(options: Extract<ToDriver, { kind: 'start' }>): Promise<void> {
  const { appId, start, file, engine, localFiles } = options;
  const main = mainOf(start);
  const found = Promise.resolve({ engine, localFiles });
  const { args, root } = start;
  setLaunch({ flags: {}, journaled: journaledSettings(start), args, main, root, appId, life: null, engine: { name: engine.name, found } });
  process.argv = [process.execPath, main, ...args];
  const { load } = (await import(pathToFileURL(file).href)) as { readonly load: () => Promise<{ readonly default?: unknown }> };
  await runJobModule(await load(), args);
}

/** Leaves the application to the next driver. False: it has ended by itself, or is just ending. */
export async function handOverSubmitted(): Promise<boolean> {
  const app = currentApplication();
  return app === null || (await app.handOver());
}

function mainOf({ main, root, argv }: AppStart): string {
  return main === null ? basename(argv[1] ?? 'job') : fileOfModule(root, main);
}
