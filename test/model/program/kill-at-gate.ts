import { readdirSync, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Waits for an executor to stand at the gate and kills it, or all executors, by SIGKILL; they are children of this process.
 * The job cannot end before: the task at the gate waits for it. `end` tells how many executors are really gone.
 */
export function killAtGate(gateFile: string, which: 'one' | 'all'): { end(): number } {
  let victims: readonly number[] = [];
  const watcher = watch(dirname(gateFile), (_, name) => {
    if (victims.length > 0 || name !== basename(gateFile)) return;
    const waiting = Number(readFileSync(gateFile, 'utf8'));
    victims = childrenOf(process.pid).filter((pid) => (which === 'all' ? waiting > 0 : pid === waiting));
    for (const pid of victims) process.kill(pid, 'SIGKILL');
  });
  return {
    end() {
      watcher.close();
      const alive = childrenOf(process.pid);
      return victims.filter((pid) => !alive.includes(pid)).length;
    },
  };
}

/** Living processes whose parent this is. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === parent);
}

/** `pid (command) state parent …` of /proc; null: there is no such process, or it is dead. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ') as [string, string];
    return state === 'Z' ? null : Number(ppid);
  } catch {
    return null;
  }
}
