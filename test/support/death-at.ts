/** Where a process is killed or stopped. */
export interface DeathPoint {
  /** The n-th; 0: never. */
  readonly effect: number;
  readonly when: 'before' | 'after';
  readonly thread: 'main' | 'worker';
  /** Only names in this folder count; null: all names, and transactions. */
  readonly folder: string | null;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  /** Where the number of effects is written when the process emits `saved`. */
  readonly countFile: string | null;
}

const NEVER: DeathPoint = { effect: 0, when: 'after', thread: 'main', folder: null, signal: 'SIGKILL', countFile: null };

/** The environment of a process that dies there. */
export function deathAt(point: Partial<DeathPoint>): NodeJS.ProcessEnv {
  const preload = new URL('./die-at-effect.ts', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${preload}`, DIE_AT_EFFECT: JSON.stringify({ ...NEVER, ...point }) };
}
