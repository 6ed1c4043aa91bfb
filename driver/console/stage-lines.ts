import type { AppEvent } from '../../engine/types/app-event.ts';
import { countOf, formatDuration } from './human-units.ts';

/** Tells the course of stages in plain lines, where no bar can be drawn. */
export interface StageLines {
  /** The line that tells this event; null when none does. */
  lineOf(event: AppEvent, nowMs: number): string | null;
}

export function createStageLines(): StageLines {
  const submitted = new Map<number, { readonly event: Extract<AppEvent, { kind: 'stageSubmitted' }>; readonly startedMs: number }>();
  return {
    lineOf(event, nowMs) {
      if (event.kind === 'stageSubmitted') {
        const { stage, name, tasks, committed, attempt } = event;
        submitted.set(stage, { event, startedMs: nowMs });
        // All of it: the end that follows at once says so.
        if (committed === tasks) return null;
        const found = committed === 0 ? '' : `, ${committed} of them committed already`;
        return `stage ${stage}: ${name}, ${countOf(tasks, 'task')}${found}${attempt === 0 ? '' : ' (again)'}`;
      }
      if (event.kind !== 'stageCompleted') return null;
      const start = submitted.get(event.stage);
      submitted.delete(event.stage);
      if (start === undefined) return null;
      if (event.status === 'skipped')
        return `stage ${event.stage}: ${start.event.name}, skipped: ${countOf(start.event.tasks, 'task')} committed already`;
      return `stage ${event.stage}: ${event.status} ${event.status === 'succeeded' ? 'in' : 'after'} ${formatDuration(nowMs - start.startedMs)}`;
    },
  };
}
