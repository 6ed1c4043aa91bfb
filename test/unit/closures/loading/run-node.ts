import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface NodeRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NodeRunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the Node that runs the tests, in a process of its own, with nothing of the test runner in its environment. */
export function runNode(args: readonly string[], { cwd, env = {} }: NodeRunOptions): NodeRun {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  const run = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    // Only so that what hangs fails.
    timeout: 180_000,
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), LEVIN_STATE_DIR: `${cwd}/.state`, NO_COLOR: '1', ...env },
  });
  if (run.error !== undefined) throw run.error;
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** `--import` of the entry `levin/register` from this repository's sources. */
export const REGISTER: readonly string[] = [
  '--import',
  fileURLToPath(new URL('../../../../engine/closures/loading/register.ts', import.meta.url)),
];
