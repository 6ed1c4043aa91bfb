import { readFileSync } from 'node:fs';

/** Process ids of those that a process has started and that live; none where there is no Linux, and when it is gone. */
export function childProcesses(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
