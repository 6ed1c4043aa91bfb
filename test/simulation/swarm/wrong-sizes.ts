import type { AppEvent } from '../../../engine/types/app-event.ts';

/**
 * What is wrong with the memory of attempts, by what each driver logged: every size is one of the runner's, and a task that ran out of memory
 * is not begun with as little again. null: nothing.
 */
export function wrongSizes(events: readonly AppEvent[], sizesMb: readonly number[]): string | null {
  const begun = new Map<string, number>();
  const outgrown = new Map<string, number>();
  for (const event of events) {
    switch (event.kind) {
      case 'logStarted':
        begun.clear();
        outgrown.clear();
        break;
      case 'stageSubmitted':
        // Nobody listened any more to attempts of the last time.
        for (const task of outgrown.keys()) if (task.startsWith(`${event.stage}/`)) outgrown.delete(task);
        break;
      case 'taskStarted': {
        const task = `${event.stage}/${event.partition}`;
        const mb = event.memorySizeMb ?? 0;
        if (!sizesMb.includes(mb)) return `task ${task} began with ${mb} MB, which is no size of the runner`;
        if (!event.speculative && mb <= (outgrown.get(task) ?? 0)) return `task ${task} began again with ${mb} MB, which was too little`;
        begun.set(`${task}#${event.attempt}`, mb);
        break;
      }
      case 'taskEnded': {
        const task = `${event.stage}/${event.partition}`;
        const mb = begun.get(`${task}#${event.attempt}`);
        if (event.failure?.kind === 'out-of-memory' && mb !== undefined && mb !== sizesMb.at(-1)) outgrown.set(task, mb);
        break;
      }
    }
  }
  return null;
}
