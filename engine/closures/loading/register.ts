import { isMainThread } from 'node:worker_threads';
import { installDriverHooks } from './driver-hooks.ts';
import { levinPackage } from './levin-package.ts';
import { findProjectRoot, realPathOf } from './project-root.ts';
import { stateFolder, transformCacheFolder } from './state-folder.ts';

/**
 * `node --import levin/register job.ts`: makes the script a levin main file.
 * Worker threads and levin's own processes inherit `--import`; they load user code in their own way.
 */
const script = process.argv[1];
const main = isMainThread && script !== undefined ? realPathOf(script) : null;

/** Whether this process runs the script itself. */
export const isDriver: boolean = main !== null && !levinPackage().owns(main);
if (main !== null && isDriver) {
  installDriverHooks({ root: findProjectRoot(main), mainFiles: [main], cacheFolder: transformCacheFolder(stateFolder()) });
}
