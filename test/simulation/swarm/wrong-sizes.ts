import type { AppEvent } from '../../../engine/types/app-event.ts';

/**
 * What is wrong with the memory of attempts, by what each driver logged: every size is one of the runner's, and a task that ran out of memory
 * is not begun with as little again. null: nothing.
 */
export function wrongSizes(events: readonly AppEvent[], sizesMb: readonly number[]): string | null {
  const begun = new Map<string, number>();
  const outgrown = new Map<string, { readonly mb: number; readonly attempt: number }>();
  for (const event of events) {
    switch (event.kind) {
      case 'logStarted':
        begun.clear();
        outgrown.clear();
        break;
      case 'jobEnded':
      case 'stageSubmitted':
        // Nobody listened to attempts that were not needed any more.
        outgrown.clear();
        break;
      case 'taskStarted': {
        const task = `${event.stage}/${event.partition}`;
        const mb = event.memorySizeMb ?? 0;
        if (!sizesMb.includes(mb)) return `task ${task} began with ${mb} MB, which is no size of the runner`;
        // Copies, and attempts that began late, may have been launched before that was known.
        const known = outgrown.get(task);
        if (known !== undefined && mb <= known.mb && event.attempt > known.attempt && !event.speculative)
          return `task ${task} began again with ${mb} MB, which was too little`;
        begun.set(`${task}#${event.attempt}`, mb);
        break;
      }
      case 'taskEnded': {
        const task = `${event.stage}/${event.partition}`;
        const mb = begun.get(`${task}#${event.attempt}`);
        if (event.failure?.kind === 'out-of-memory' && mb !== undefined && mb !== sizesMb.at(-1))
          outgrown.set(task, { mb, attempt: event.attempt });
        break;
      }
      default:
        break;
    }
  }
  return null;
}
