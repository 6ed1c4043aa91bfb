import { readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;
const LOOK_MS = 2_000;

export interface Computing {
  /** It got somewhere: what it computes is counted from now on. */
  beat(): void;
  stop(): void;
}

export interface ComputingLimits {
  /** Processor time since the last beat: the same on a busy machine. */
  readonly cpuSeconds: number;
  /** Time that passed, for what waits for ever and computes nothing. */
  readonly wallMs: number;
}

/** Calls back once when a process has computed, or waited, for longer than that without getting anywhere. */
export function watchComputing(pid: number, limits: ComputingLimits, onLimit: () => void): Computing {
  let beat = { cpu: 0, atMs: performance.now() };
  const look = (): void => {
    const idleMs = performance.now() - beat.atMs;
    if (cpuSecondsOf(pid) - beat.cpu > limits.cpuSeconds || idleMs > limits.wallMs) {
      clearInterval(timer);
      onLimit();
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    beat() {
      beat = { cpu: cpuSecondsOf(pid), atMs: performance.now() };
    },
    stop: () => clearInterval(timer),
  };
}

/** Of all its threads; 0 where the system does not tell, and then only waiting is limited. */
function cpuSecondsOf(pid: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return 0;
  }
  // The name, in brackets, may hold anything: fields are counted behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
