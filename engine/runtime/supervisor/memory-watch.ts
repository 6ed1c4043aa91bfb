import type { Clock } from '../../ports/clock.ts';

/** Buffers can fill at a gigabyte a second: what is allocated between two looks is what a limit can be passed by. */
const LOOK_EVERY_MS = 25;
/** A single high reading may be garbage that V8 is just about to free. */
const READINGS_ABOVE = 2;

export interface MemoryWatchOptions {
  readonly clock: Clock;
  /** Resident memory of this process. */
  readonly residentBytes: () => number;
  readonly limitBytes: number;
  readonly onExceeded: (residentBytes: number) => void;
}

/** Looks at the process's resident memory while tasks run. */
export interface MemoryWatch {
  start(): void;
  stop(): void;
}

/** `resourceLimits` bound the JavaScript heap only; Buffers are seen in nothing but the process's own size. */
export function createMemoryWatch(options: MemoryWatchOptions): MemoryWatch {
  const { clock, residentBytes, limitBytes, onExceeded } = options;
  let wanted = false;
  let watching = false;

  const watch = async (): Promise<void> => {
    let above = 0;
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, { unref: true });
      if (!wanted) break;
      const bytes = residentBytes();
      above = bytes > limitBytes ? above + 1 : 0;
      if (above >= READINGS_ABOVE) {
        above = 0;
        onExceeded(bytes);
      }
    }
    watching = false;
  };

  return {
    start() {
      wanted = true;
      // Many small tasks stop and start it between two looks: they must not put the next one off.
      if (watching) return;
      watching = true;
      void watch();
    },
    stop() {
      wanted = false;
    },
  };
}
