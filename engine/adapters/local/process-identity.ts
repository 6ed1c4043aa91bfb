import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../../types/process-identity.ts';

export function ownProcess(): ProcessIdentity {
  return { pid: process.pid, space: processSpace(), started: startOf(process.pid) };
}

/** `unknown`: it runs on another machine, or the system does not tell it from a later process of the same id. */
export function processState({ pid, space, started }: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (space !== processSpace()) return 'unknown';
  if (!isAlive(pid)) return 'dead';
  const now = startOf(pid);
  if (now === null || started === null) return 'unknown';
  return now === started ? 'alive' : 'dead';
}

/** Where process ids mean the same as here: a folder may be shared with containers and other machines. */
export function processSpace(): string {
  return createHash('sha256').update(`${hostname()}\n${processNamespace()}`).digest('hex').slice(0, 8);
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is somebody else's, and alive.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has them.
    return '';
  }
}

/** The 22nd field of /proc/<pid>/stat counts clock ticks since the machine was started; the program's name before it may hold anything. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
  } catch {
    return null;
  }
}
