import type { Clock } from '../../engine/ports/clock.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { createBarRegion } from './bar-region.ts';
import { type ConsoleStream, columnsOf } from './console-stream.ts';
import { renderProgress } from './render-progress.ts';
import { createStageTracker, type StageProgress } from './stage-progress.ts';

/** Time between two frames. */
const REDRAW_MS = 200;
/** A stage that ends sooner is not shown. */
const SHOW_AFTER_MS = 500;

export interface ProgressBar {
  add(event: AppEvent): void;
  /** Clears the bar and gives the streams back. */
  close(): void;
}

export interface ShowProgressBar {
  readonly clock: Clock;
  readonly stderr: ConsoleStream;
  readonly stdout: ConsoleStream;
}

/** Draws the running stages at the bottom of a terminal, for as long as there are any. */
export function showProgressBar({ clock, stderr, stdout }: ShowProgressBar): ProgressBar {
  const tracker = createStageTracker();
  const region = createBarRegion(stderr, stdout.isTTY === true ? [stdout] : []);
  const closed = new AbortController();
  let ticking = false;

  const visible = (): readonly StageProgress[] => {
    const nowMs = clock.monotonic();
    return tracker.running().filter(({ startedMs }) => nowMs - startedMs > SHOW_AFTER_MS);
  };
  const redraw = (): void => {
    const stages = visible();
    if (stages.length === 0) region.clear();
    else region.draw(renderProgress(stages, columnsOf(stderr)));
  };
  const tick = async (): Promise<void> => {
    ticking = true;
    try {
      while (tracker.running().length > 0 && !closed.signal.aborted) {
        await clock.sleep(REDRAW_MS, { signal: closed.signal, unref: true });
        redraw();
      }
    } finally {
      ticking = false;
    }
  };
  return {
    add(event) {
      tracker.add(event, clock.monotonic());
      if (event.kind === 'stageSubmitted' && !ticking) {
        tick().catch((error: unknown) => {
          if (!closed.signal.aborted) throw error;
        });
      } else if (event.kind === 'stageCompleted' && visible().length === 0) region.clear();
    },
    close() {
      closed.abort();
      region.release();
    },
  };
}
