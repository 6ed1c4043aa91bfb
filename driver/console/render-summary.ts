import type { Summary } from '../events/summarize.ts';

/** The closing lines of a run. */
export function renderSummary(summary: Summary): string {
  const { jobs, stages, tasks } = summary;
  const jobCount = jobs.succeeded + jobs.failed + jobs.cancelled;
  const parts = [
    `${summary.name ?? 'levin'} (${summary.appId ?? '?'}) ${summary.status} in ${seconds(summary.durationMs)}`,
    `${count(jobCount, 'job')}${jobs.replayed > 0 ? ` + ${jobs.replayed} from the journal` : ''}, ${count(stages.run, 'stage')}${stages.skipped > 0 ? ` + ${stages.skipped} skipped` : ''}, ${count(tasks.succeeded, 'task')}`,
    `records in ${summary.recordsRead}, out ${summary.recordsWritten}; shuffle written ${bytes(summary.shuffleBytesWritten)}, read ${bytes(summary.shuffleBytesRead)}; retries ${tasks.retried}`,
  ];
  return parts.join('\n  ');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  let value = n;
  while (value >= 1000 && i < units.length - 1) {
    value /= 1000;
    i++;
  }
  return `${i === 0 ? value : value.toFixed(1)} ${units[i]}`;
}
