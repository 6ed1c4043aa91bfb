import { readFileSync, statSync } from 'node:fs';

/** How long a command line may get in a message. */
const MAX_COMMAND = 120;

/** Other processes that hold a lock for writing on one of these files, with their command lines; none where the system does not tell (Linux does). */
export function lockHolders(files: readonly string[]): readonly string[] {
  const inodes = new Set(files.flatMap(inodeOf));
  const holders = new Set<number>();
  for (const line of textOf('/proc/locks').split('\n')) {
    // 1: POSIX  ADVISORY  WRITE 4711 fd:01:1311 128 128
    const [, , , mode, pid, place] = line.trim().split(/\s+/);
    const inode = place?.split(':')[2];
    if (mode === 'WRITE' && inode !== undefined && inodes.has(inode)) holders.add(Number(pid));
  }
  holders.delete(process.pid);
  return [...holders].map((pid) => {
    const command = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    return `process ${pid}${command === '' ? '' : ` (${command.length > MAX_COMMAND ? `${command.slice(0, MAX_COMMAND)}…` : command})`}`;
  });
}

function inodeOf(file: string): readonly string[] {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? [] : [String(stats.ino)];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
