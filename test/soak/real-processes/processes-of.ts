import { readdirSync, readFileSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Processes whose environment names a folder, which their descendants inherit: also those whose parent is gone. Those that have ended and wait for their parent are left out. */
export function processesOf(folder: string): readonly FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => lookAt(Number(name), folder));
}

function lookAt(pid: number, folder: string): readonly FoundProcess[] {
  try {
    if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)) return [];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return [];
    return [{ pid, parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
  } catch {
    // It has ended meanwhile, or is another user's.
    return [];
  }
}
