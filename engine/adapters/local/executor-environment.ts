/** What a process needs to run at all; user code on an executor sees nothing else of the driver's environment. */
const BASIC = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SystemRoot', 'ComSpec', 'PATHEXT', 'USERPROFILE'];

/** Whom and where S3 is asked for paths of the user; what AWS's tools keep in the home folder is within reach, too. */
const AWS = /^AWS_[A-Z0-9_]+$/;

/**
 * For glibc, ignored by others: Buffers of a block and more are given back to the system when they are freed. By default it soon keeps what
 * it once had, 18 MB more of an executor of 256 that groups.
 */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '131072' };

/** The environment of an executor process: the basics, AWS's own variables, the names that the user allowed, and temporary files in its own folder. */
export function executorEnvironment(from: NodeJS.ProcessEnv, allowedNames: readonly string[], temporaryFolder: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of [...BASIC, ...Object.keys(from).filter((each) => AWS.test(each)), ...allowedNames])
    if (from[name] !== undefined) env[name] = from[name];
  return { ...ALLOCATOR, ...env, TMPDIR: temporaryFolder, TMP: temporaryFolder, TEMP: temporaryFolder };
}
