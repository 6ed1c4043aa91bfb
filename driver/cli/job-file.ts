import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { realPathOf } from '../../engine/closures/loading/project-root.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';

/** Real path of the job file that a command was given. */
export function checkJobFile(command: string, job: string): string {
  const path = resolve(job);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return checkTransformed(command, realPathOf(path));
  const what = stats === undefined ? 'does not exist' : 'is a folder, not a file';
  throw new LevinError({ code: 'JOB_NOT_FOUND', fault: 'user', message: `levin ${command}: the job file ${path} ${what}.` });
}

/** Packages are loaded as they are, so functions of a job in one could not travel. */
function checkTransformed(command: string, path: string): string {
  if (!path.split(sep).includes('node_modules')) return path;
  throw new LevinError({
    code: 'JOB_IN_PACKAGE',
    fault: 'user',
    message: `levin ${command}: the job file ${path} belongs to an installed package, whose functions cannot travel to executors. Copy it into your project and run the copy.`,
  });
}
