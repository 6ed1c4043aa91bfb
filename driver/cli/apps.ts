import { type ListedApp, listApplications } from '../application/list-applications.ts';
import { onEngine } from '../application/on-engine.ts';
import { countOf, formatBytes } from '../console/human-units.ts';
import { renderTable } from '../console/render-table.ts';
import { parseCommandArguments, usageError } from './command-arguments.ts';
import { STATE_OPTIONS, withState } from './open-state.ts';

/** `levin apps [--json]`: what there is in the state folder, or in an engine, the oldest first. */
export async function apps(argv: readonly string[]): Promise<void> {
  const { words, options } = parseCommandArguments('apps', argv, { ...STATE_OPTIONS, '--json': false });
  if (words.length > 0) throw usageError('apps', `takes no arguments, but was given: ${words.join(' ')}`);
  await withState(options, async (state) => {
    const listed = state === null ? [] : await listApplications(state);
    process.stdout.write(options['--json'] === 'true' ? jsonText(listed) : tableText(listed));
  });
}

function jsonText(listed: readonly ListedApp[]): string {
  const rows = listed.map(({ record, state, lastSeenMs, dataBytes }) => ({
    id: record.appId,
    name: record.name,
    state,
    master: record.master,
    job: record.job,
    startedAt: new Date(record.startedAtMs).toISOString(),
    lastSeenAt: new Date(lastSeenMs).toISOString(),
    dataBytes,
    process: record.process.pid,
    message: record.message,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function tableText(listed: readonly ListedApp[]): string {
  if (listed.length === 0) return 'No applications.\n';
  const columns = [
    { title: 'ID' },
    { title: 'NAME' },
    { title: 'STATE' },
    { title: 'STARTED' },
    { title: 'DATA', align: 'right' } as const,
    { title: 'JOB' },
  ];
  const rows = listed.map(({ record, state, dataBytes }) => [
    record.appId,
    record.name,
    state,
    localTime(record.startedAtMs),
    formatBytes(dataBytes),
    record.job ?? '',
  ]);
  return `${renderTable(columns, rows)}\n${keptText(listed)}`;
}

/** What can be done about those that did not come to their end. */
function keptText(listed: readonly ListedApp[]): string {
  const kept = listed.filter(({ state }) => state === 'failed' || state === 'dead' || state === 'cancelled');
  if (kept.length === 0) return '';
  const bytes = kept.reduce((sum, { dataBytes }) => sum + dataBytes, 0);
  const what = `${countOf(kept.length, 'application')} ${kept.length === 1 ? 'keeps' : 'keep'} ${formatBytes(bytes)}`;
  const on = onEngine((kept[0] as ListedApp).record.master);
  return `${what} of committed work: levin run JOB --app ID${on} goes on with it, levin gc ID${on} removes it.\n`;
}

/** `2026-11-22 16:55`, in the time zone of this machine. */
function localTime(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
