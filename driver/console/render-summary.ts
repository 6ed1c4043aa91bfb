import type { Summary } from '../events/summarize.ts';
import { countOf, formatBytes, formatCount, formatDuration } from './human-units.ts';
import type { Paint } from './paint.ts';

/** The closing lines of a run: how it ended and how long it took, then what it did, then what went wrong on the way. */
export function renderSummary(summary: Summary, paint: Paint): string {
  const { jobs, stages, tasks } = summary;
  const jobCount = jobs.succeeded + jobs.failed + jobs.cancelled;
  const status = paint(summary.status === 'succeeded' ? 'green' : 'red', summary.status);
  const lines = [
    `${summary.name ?? 'levin'} (${summary.appId ?? '?'}) ${status} in ${formatDuration(summary.durationMs)}`,
    [
      countOf(jobCount, 'job') + extra(jobs.replayed, 'from the journal'),
      countOf(stages.run, 'stage') + extra(stages.skipped, 'skipped'),
      countOf(tasks.succeeded, 'task') + extra(tasks.found, 'found committed'),
      tasks.retried === 1 ? '1 retry' : `${formatCount(tasks.retried)} retries`,
    ].join(', '),
    `records: ${formatCount(summary.recordsRead)} read, ${formatCount(summary.recordsWritten)} written; shuffle: ${formatBytes(summary.shuffleBytesWritten)} written, ${formatBytes(summary.shuffleBytesRead)} read`,
    ...spilled(summary),
    ...trouble(summary),
  ];
  return lines.join('\n  ');
}

function extra(n: number, what: string): string {
  return n === 0 ? '' : ` + ${formatCount(n)} ${what}`;
}

function spilled({ spills, diskBytesSpilled }: Summary): string[] {
  return spills === 0 ? [] : [`spilled ${formatBytes(diskBytesSpilled)} in ${countOf(spills, 'spill')}`];
}

function trouble({ tasks, badRecords, outputsLost, warnings }: Summary): string[] {
  const parts = [
    tasks.copies === 0 ? [] : [`${countOf(tasks.copies, 'second attempt')} beside slow ones (${formatCount(tasks.copiesWon)} first)`],
    tasks.failed === 0 ? [] : [countOf(tasks.failed, 'failed attempt')],
    tasks.enlarged === 0 ? [] : [`${countOf(tasks.enlarged, 'attempt')} given more memory`],
    badRecords === 0 ? [] : [`${countOf(badRecords, 'bad record')} left out`],
    outputsLost === 0 ? [] : [`${countOf(outputsLost, 'lost output')} made again`],
    warnings === 0 ? [] : [countOf(warnings, 'warning')],
  ].flat();
  return parts.length === 0 ? [] : [parts.join(', ')];
}
