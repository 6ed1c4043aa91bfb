import type { AppEvent } from '../../../engine/types/app-event.ts';

interface OpenStage {
  readonly attempt: number;
  /** Tasks that are still to succeed. */
  left: number;
}

/**
 * What is wrong with an event log: it has to tell, of each driver, of stages that are submitted and completed in turn, with the tasks that make them
 * complete, and of attempts that begin and end once. null: nothing.
 */
export function judgeEvents(events: readonly AppEvent[]): string | null {
  const epochs: AppEvent[][] = [];
  for (const event of events) {
    if (event.kind === 'logStarted') epochs.push([]);
    epochs.at(-1)?.push(event);
  }
  for (const [i, epoch] of epochs.entries()) {
    const wrong = judgeEpoch(epoch);
    if (wrong !== null) return `event log of driver ${i + 1}: ${wrong}`;
  }
  return null;
}

function judgeEpoch(events: readonly AppEvent[]): string | null {
  const open = new Map<number, OpenStage>();
  const submissions = new Map<number, number>();
  /** The final stage of each job that runs. */
  const jobs = new Map<number, number>();
  const started = new Set<string>();
  const ended = new Set<string>();
  let over = false;
  for (const event of events) {
    if (over) return `${event.kind} after the end`;
    switch (event.kind) {
      case 'jobStarted':
        if (jobs.has(event.job)) return `job ${event.job} began twice`;
        jobs.set(event.job, Math.max(...event.stages));
        break;
      case 'jobEnded': {
        const final = jobs.get(event.job);
        if (final === undefined) return `job ${event.job} ended and did not run`;
        if (event.status === 'succeeded' && !event.replayed && !submissions.has(final))
          return `job ${event.job} ended without its stage ${final}`;
        jobs.delete(event.job);
        break;
      }
      case 'stageSubmitted': {
        const attempt = submissions.get(event.stage) ?? 0;
        if (open.has(event.stage)) return `stage ${event.stage} was submitted twice`;
        if (event.attempt !== attempt) return `stage ${event.stage} was submitted as attempt ${event.attempt}, not ${attempt}`;
        if (event.committed < 0 || event.committed > event.tasks)
          return `${event.committed} of ${event.tasks} tasks of stage ${event.stage} are committed`;
        submissions.set(event.stage, attempt + 1);
        open.set(event.stage, { attempt, left: event.tasks - event.committed });
        break;
      }
      case 'stageCompleted': {
        const stage = open.get(event.stage);
        if (stage === undefined) return `stage ${event.stage} was completed and did not run`;
        if (event.status === 'skipped' && stage.left !== 0) return `stage ${event.stage} was skipped with ${stage.left} tasks to run`;
        open.delete(event.stage);
        break;
      }
      case 'taskStarted':
      case 'taskEnded': {
        const name = `attempt ${event.attempt} of task ${event.partition} of stage ${event.stage}`;
        const seen = event.kind === 'taskStarted' ? started : ended;
        if (seen.has(name) || (event.kind === 'taskStarted' && ended.has(name))) return `${name}: ${event.kind} twice or late`;
        seen.add(name);
        break;
      }
      case 'appEnded':
        over = true;
        if (event.status === 'succeeded' && open.size > 0) return `stages ${[...open.keys()].join()} were never completed`;
        if (event.status === 'succeeded' && jobs.size > 0) return `jobs ${[...jobs.keys()].join()} never ended`;
        break;
      default:
        break;
    }
  }
  return null;
}
