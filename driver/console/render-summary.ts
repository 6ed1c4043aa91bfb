import { CHAOS_KINDS, type ChaosKind } from '../../engine/types/injected-fault.ts';
import { addRequests } from '../../engine/types/request-usage.ts';
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
    ...invoked(summary),
    ...requested(summary),
    ...broadcast(summary),
    ...spilled(summary),
    ...accumulated(summary),
    ...trouble(summary),
    ...chaos(summary),
  ];
  return lines.join('\n  ');
}

function extra(n: number, what: string): string {
  return n === 0 ? '' : ` + ${formatCount(n)} ${what}`;
}

function invoked({ invocations: all }: Summary): string[] {
  if (all === null) return [];
  const counts = `${countOf(all.invocations, 'invocation')} in ${countOf(all.environments, 'environment')}`;
  const memory = all.fullest === null ? '' : `, at most ${formatCount(all.fullest.usedMb)} MB of ${formatCount(all.fullest.ofMb)} MB used`;
  return [`functions: ${counts} (${countOf(all.coldStarts, 'cold start')}), ${all.gbSeconds.toFixed(1)} GB-s billed${memory}`];
}

function requested({ requests }: Summary): string[] {
  if (requests === null) return [];
  const all = addRequests(requests.tasks, requests.drivers);
  const counts = [
    `${formatCount(all.gets + all.heads)} GET`,
    `${formatCount(all.puts)} PUT`,
    `${formatCount(all.lists)} LIST`,
    `${formatCount(all.deletes)} DELETE`,
  ];
  return [`requests: ${counts.join(', ')}; items: ${countOf(all.readUnits, 'read unit')}, ${countOf(all.writeUnits, 'write unit')}`];
}

function broadcast({ broadcasts: { stored, bytes } }: Summary): string[] {
  return stored === 0 ? [] : [`${countOf(stored, 'broadcast')} stored: ${formatBytes(bytes)}`];
}

function spilled({ spills, diskBytesSpilled }: Summary): string[] {
  return spills === 0 ? [] : [`spilled ${formatBytes(diskBytesSpilled)} in ${countOf(spills, 'spill')}`];
}

function accumulated({ accumulators }: Summary): string[] {
  return accumulators.length === 0 ? [] : [`accumulators: ${accumulators.map(({ name, value }) => `${name} ${value}`).join(', ')}`];
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

const CHAOS_TEXTS: Readonly<Record<ChaosKind, (n: number) => string>> = {
  task: (n) => `${countOf(n, 'attempt')} killed`,
  shuffle: (n) => `${countOf(n, 'shuffle object')} deleted or damaged`,
  driver: (n) => `driver killed ${n === 1 ? 'once' : `${formatCount(n)} times`}`,
  commit: (n) => `${countOf(n, 'answer')} of commits lost`,
  store: (n) => `${countOf(n, 'call')} of the object store refused`,
  throttle: (n) => `${countOf(n, 'attempt')} refused`,
  slow: (n) => `${countOf(n, 'outcome')} held back`,
};

function chaos({ injected }: Summary): string[] {
  const parts = CHAOS_KINDS.flatMap((kind) => (injected[kind] === undefined ? [] : [CHAOS_TEXTS[kind](injected[kind])]));
  return parts.length === 0 ? [] : [`chaos: ${parts.join(', ')}: whether the answer is right is yours to judge`];
}
