import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One whole process and the processes it waited for. */
export interface ProgramRun {
  readonly wallSeconds: number;
  /** User and system time of all of them. */
  readonly cpuSeconds: number;
  /** What it printed behind `RESULT=`. */
  readonly result: string;
  /** What it printed behind `JOB_SECONDS=`: without the start of its engine. */
  readonly jobSeconds: number | null;
}

/** The command gets a folder for its output, which is gone afterwards. */
export type Command = (out: string) => readonly string[];

/** Runs a program to its end; its times are bash's `time`, which counts the processes that it waited for. */
export function runProgram(command: Command): ProgramRun {
  const folder = mkdtempSync(join(tmpdir(), 'levin-bench-run-'));
  try {
    const args = command(join(folder, 'out'));
    const timed = `TIMEFORMAT='%R %U %S'; { time "$@" 2>"$0/stderr" ; } 2>"$0/times"`;
    const env = { ...process.env, LEVIN_STATE_DIR: join(folder, 'state'), SPARK_LOCAL_DIRS: join(folder, 'spark') };
    const { status, stdout } = spawnSync('bash', ['-c', timed, folder, ...args], { env, encoding: 'utf8' });
    const result = lineOf(stdout, 'RESULT');
    if (status !== 0 || result === null)
      throw new Error(`${args.join(' ')} ended with ${status}\n${readFileSync(join(folder, 'stderr'), 'utf8')}`);
    const [wall, user, system] = readFileSync(join(folder, 'times'), 'utf8').trim().split(' ').map(Number) as [number, number, number];
    const jobSeconds = lineOf(stdout, 'JOB_SECONDS');
    return { wallSeconds: wall, cpuSeconds: user + system, result, jobSeconds: jobSeconds === null ? null : Number(jobSeconds) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineOf(stdout: string, name: string): string | null {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? null;
}
