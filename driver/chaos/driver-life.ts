import type { ChaosKind } from '../../engine/types/injected-fault.ts';

/** One of the lives of a driver that is killed on purpose, and started again by the process that watches it. */
export interface DriverLife {
  /** 0 is the first. */
  readonly number: number;
  /** Faults of the lives before. */
  readonly earlier: Partial<Readonly<Record<ChaosKind, number>>>;
  /** Tells the watcher which application to go on with. */
  opened(appId: string): void;
  /** Tells the watcher of a fault, at once: this process may be gone the next moment. */
  report(fault: ChaosKind): void;
  /** Kills this process as `kill -9` does. */
  die(): void;
}
