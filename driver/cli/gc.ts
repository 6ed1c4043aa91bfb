import { resolve } from 'node:path';
import { unknownApp } from '../application/app-errors.ts';
import { readRecord } from '../application/app-record.ts';
import { appStateOf } from '../application/app-state.ts';
import { type FindGarbage, findGarbage, type Garbage, removeGarbage } from '../application/collect-garbage.ts';
import { onEngine } from '../application/on-engine.ts';
import { formatBytes, formatCount } from '../console/human-units.ts';
import { findLeftFiles, type LeftFile, removeLeftFile } from '../wiring.ts';
import { parseCommandArguments, usageError } from './command-arguments.ts';
import { noState, type OpenState, STATE_OPTIONS, withState } from './open-state.ts';
import { localDirOf } from './state-dir.ts';
import { placeText } from './state-place.ts';

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS };
const OPTIONS = { ...STATE_OPTIONS, '--dry-run': false, '--older-than': true, '--history': false } as const;

/** `levin gc [ID…]`: removes what nobody needs, and says what. Nothing of an application that runs. */
export async function gc(argv: readonly string[]): Promise<void> {
  const { words, options } = parseCommandArguments('gc', argv, OPTIONS);
  const olderThanMs = parseAge(options['--older-than'] ?? '14d');
  const dryRun = options['--dry-run'] === 'true';
  await withState(options, async (state) => {
    if (state === null && words.length > 0) throw noState(words[0] as string);
    if (state === null) return report([], dryRun);
    for (const appId of words) await checkRemovable(appId, state);
    const find: FindGarbage = { ...state, olderThanMs, appIds: words.length > 0 ? words : null, history: options['--history'] === 'true' };
    const garbage = await findGarbage(find);
    const files = words.length > 0 ? [] : await leftFiles(state, olderThanMs);
    report(dryRun ? [...garbage.map(lineOf), ...fileLines(files)] : await removeAll(garbage, files, state), dryRun);
  });
}

/** `14d`, `12h`, `30m`, `45s`, `0`. */
function parseAge(text: string): number {
  const [, count, unit = 'd'] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? [];
  if (count !== undefined && (unit !== 'd' || text.endsWith('d') || Number(count) === 0)) return Number(count) * (UNITS[unit] as number);
  throw usageError('gc', `--older-than is "${text}"; it must be a number with a unit, for example 14d, 12h, 30m or 0.`);
}

async function checkRemovable(appId: string, state: OpenState): Promise<void> {
  const record = await readRecord(state.metadata, appId);
  if (record === null) throw await unknownApp(state.metadata, appId, placeText(state.place));
  if ((await appStateOf(record, state)) === 'running')
    throw usageError('gc', `application ${appId} runs. Stop it first: levin cancel ${appId}${onEngine(record.master)}.`);
}

/** Of processes of this machine: an engine has none here. */
async function leftFiles({ place, clock }: OpenState, olderThanMs: number): Promise<readonly LeftFile[]> {
  if (place.kind === 'engine') return [];
  return await findLeftFiles({
    stateDir: place.stateDir,
    localDir: await localDirOf(resolve('levin')),
    unusedSinceMs: clock.now() - olderThanMs,
  });
}

interface Line {
  readonly text: string;
  readonly bytes: number;
}

/** Those whose lease has to be waited for wait together. */
async function removeAll(garbage: readonly Garbage[], files: readonly LeftFile[], state: OpenState): Promise<readonly Line[]> {
  const dead = garbage.filter((each) => each.kind === 'application' && each.state === 'dead');
  const waitMs = Math.max(0, ...dead.map((each) => (each.kind === 'application' ? each.record.leaseMs : 0)));
  if (waitMs > 1000) process.stderr.write(`levin gc: waiting ${Math.ceil(waitMs / 1000)} s to be sure that drivers are dead\n`);
  const lines = await Promise.all(
    garbage.map(async (each) =>
      (await removeGarbage(each, state)) ? lineOf(each) : { text: `${lineOf(each).text}: kept, somebody has resumed it`, bytes: 0 },
    ),
  );
  for (const file of files) await removeLeftFile(file);
  return [...lines, ...fileLines(files)];
}

function lineOf(garbage: Garbage): Line {
  const { bytes } = garbage;
  switch (garbage.kind) {
    case 'application':
      return { text: `application ${garbage.record.appId} (${garbage.record.name}, ${garbage.state})`, bytes };
    case 'left data':
      return { text: `what the finished application ${garbage.record.appId} left`, bytes };
    case 'orphan':
      return { text: `data of no application, ${garbage.appId}`, bytes };
    case 'event log':
      return { text: `event log of ${garbage.appId}`, bytes };
  }
}

const FILE_KINDS: Readonly<Record<LeftFile['kind'], string>> = {
  'scratch folder': 'scratch folder of a process that is gone',
  'temporary file': 'temporary file of a write that was cut short',
  'cached code': 'cached module that is not used',
};

/** One by one they would be many lines. */
function fileLines(files: readonly LeftFile[]): readonly Line[] {
  return [...Map.groupBy(files, ({ kind }) => kind)].map(([kind, of]) => ({
    text: `${FILE_KINDS[kind]}${of.length === 1 ? '' : `, ${formatCount(of.length)} times`}`,
    bytes: of.reduce((sum, { bytes }) => sum + bytes, 0),
  }));
}

function report(lines: readonly Line[], dryRun: boolean): void {
  const total = lines.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = lines.map(({ text, bytes }) => `${dryRun ? 'would remove' : 'removed'} ${text}: ${formatBytes(bytes)}\n`);
  const end = lines.length === 0 ? 'Nothing to remove.' : `${dryRun ? 'Would free' : 'Freed'} ${formatBytes(total)}.`;
  process.stdout.write(`${rows.join('')}${end}\n`);
}
