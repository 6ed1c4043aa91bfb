import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { childProcesses } from './child-processes.ts';

const PAGE_BYTES = 4096;

/** Resident memory of a process and, on Linux, of those that it started; 0 when it is gone. */
export function residentBytes(pid: number): number {
  try {
    if (process.platform === 'linux') {
      const own = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
      return childProcesses(pid).reduce((sum, child) => sum + residentBytes(child), own);
    }
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  } catch {
    return 0;
  }
}
