import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Resident bytes of a process and all that it started, as Linux counts them; what has ended meanwhile counts nothing. */
function treeResidentBytes(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + residentBytes(each), 0);
}

/** The process and its descendants. */
function processTree(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(processTree)];
}

/** The most that a process tree has taken, looked at every `everyMs`. */
export function watchTree(pid: number, everyMs = 100): { stop(): number } {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, treeResidentBytes(pid));
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function residentBytes(pid: number): number {
  return unlessGone(() => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES, 0);
}

function childrenOf(pid: number): readonly number[] {
  return unlessGone(
    () =>
      readdirSync(`/proc/${pid}/task`).flatMap((task) =>
        unlessGone(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number), []),
      ),
    [],
  );
}

function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
