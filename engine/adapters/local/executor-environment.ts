/** What a process needs to run at all; user code on an executor sees nothing else of the driver's environment. */
const BASIC = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SystemRoot', 'ComSpec', 'PATHEXT', 'USERPROFILE'];

/** The environment of an executor process: the basics, the names that the user allowed, and temporary files in its own folder. */
export function executorEnvironment(from: NodeJS.ProcessEnv, allowedNames: readonly string[], temporaryFolder: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of [...BASIC, ...allowedNames]) if (from[name] !== undefined) env[name] = from[name];
  return { ...env, TMPDIR: temporaryFolder, TMP: temporaryFolder, TEMP: temporaryFolder };
}
