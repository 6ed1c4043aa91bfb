import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listInputs } from '../../driver/planner/list-inputs.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { errorCode } from '../../engine/errors/levin-error.ts';
import { type DeathPoint, deathAt } from './death-at.ts';
import { type JobFolder, jobFolder, jobText } from './job-folder.ts';
import type { CliResult } from './run-cli.ts';

/** Writes version v of an output over the one before: the rows `v,0` to `v,11` in three files. */
const JOB = jobText(
  'const version = process.argv[2] as string;',
  "await lv.range(12, { numSlices: 3 }).map((i) => [version, i].join()).saveAsTextFile('out', { mode: 'overwrite' });",
);
const ROWS = 12;

export interface KilledOutputs {
  /** Runs that were killed, first ones and resumed ones. */
  readonly killed: number;
  /** Whole outputs that the reader saw while runs were killed. */
  readonly reads: number;
  /** How many of the written versions it saw. */
  readonly versions: number;
  /** What must never be seen: a part or a mixture of outputs, a row twice, an output that cannot be finished. */
  readonly wrong: readonly string[];
}

/**
 * Kills runs that write one folder, one after the other, each at another effect, and resumes them; reads the folder all the while.
 * @param step the effects that are killed at: 1 is each.
 * @param runs ends after so many killed runs; else after one sweep over all effects.
 */
export async function killOutputs({
  step,
  runs = Number.POSITIVE_INFINITY,
}: {
  readonly step: number;
  readonly runs?: number;
}): Promise<KilledOutputs> {
  using folder = jobFolder({ 'job.ts': JOB });
  const out = join(folder.path, 'out');
  const reader = startReader(out);
  const wrong: string[] = [];
  let killed = 0;
  let version = 0;
  do {
    for (const thread of ['worker', 'main'] as const) {
      for (let effect = 1; killed < runs; effect += step) {
        const point: Partial<DeathPoint> = { folder: out, thread, effect, when: effect % 2 === 0 ? 'before' : 'after' };
        const kills = await oneOutput(folder, { version: ++version, point });
        killed += kills;
        wrong.push(...foreignView(out, version));
        if (kills === 0) break;
      }
    }
  } while (killed < runs && runs !== Number.POSITIVE_INFINITY);
  const { reads, versions, wrong: seen } = await reader.stop();
  return { killed, reads, versions, wrong: [...wrong, ...seen] };
}

/** Writes a version: the first run is killed, and one of three is killed again when it is resumed. Gives how many were killed. */
async function oneOutput(
  folder: JobFolder,
  { version, point }: { readonly version: number; readonly point: Partial<DeathPoint> },
): Promise<number> {
  const conf = ['--on', 'local[1]', '--conf', 'leaseMs=300'];
  const first = await folder.run(['job.ts', ...conf, String(version)], { env: deathAt(point) });
  if (first.signal === null) return done(first);
  const app = ['--app', /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(first.stderr)?.[0] ?? 'none'];
  if (version % 3 !== 0) return 1 + done(await folder.run(['job.ts', ...app]));
  const again = await folder.run(['job.ts', ...app], { env: deathAt({ ...point, thread: 'main', effect: 1 + (version % 5) }) });
  if (again.signal === null) return 1 + done(again);
  return 2 + done(await folder.run(['job.ts', ...app]));
}

function done({ code, stderr }: CliResult): 0 {
  if (code === 0) return 0;
  throw new Error(`a run that was not killed ended with ${code}: ${stderr}`);
}

/** What a reader that knows nothing of levin finds when the run is over. */
function foreignView(out: string, version: number): readonly string[] {
  const names = readdirSync(out);
  const rows = names.filter((name) => !/^[_.]/.test(name)).flatMap((name) => rowsOf(readFileSync(join(out, name), 'utf8')));
  const wrong = names.includes('_SUCCESS') ? [] : [`version ${version} has no _SUCCESS`];
  return isWhole(rows) && rows[0]?.startsWith(`${version},`) ? wrong : [...wrong, `version ${version} reads ${rows.sort().join(' ')}`];
}

/** Reads the folder as levin does, in a loop. */
function startReader(out: string): { stop(): Promise<Omit<KilledOutputs, 'killed'>> } {
  const files = createDirectoryObjectStore({ root: '/', followLinks: true });
  const versions = new Set<string>();
  const wrong: string[] = [];
  let reads = 0;
  let running = true;
  const look = async (): Promise<void> => {
    try {
      const inputs = await listInputs({ paths: [out], files, callSite: null, operation: 'textFile' });
      const rows: string[] = [];
      for (const { path, etag } of inputs)
        rows.push(...rowsOf(new TextDecoder().decode(await files.get(path.slice(1), { ifMatch: etag }))));
      reads++;
      if (!isWhole(rows)) wrong.push(`a reader saw ${rows.join(' ')}`);
      versions.add(rows[0]?.split(',')[0] ?? '');
    } catch (error) {
      const code = errorCode(error);
      const allowed = ['PATH_NOT_FOUND', 'OUTPUT_NOT_COMMITTED', 'OBJECT_NOT_FOUND'];
      // Before the first commit there is nothing; between listing and reading the output may be replaced, which a job tells as INPUT_CHANGED.
      if (!allowed.includes(code ?? '') || (versions.size > 0 && code !== 'OBJECT_NOT_FOUND')) wrong.push(String(error));
    }
  };
  const loop = (async () => {
    while (running) {
      await look();
      await new Promise((next) => setImmediate(next));
    }
  })();
  return {
    async stop() {
      running = false;
      await loop;
      return { reads, versions: versions.size, wrong };
    },
  };
}

function rowsOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

/** All rows of one version, each once. */
function isWhole(rows: readonly string[]): boolean {
  return rows.length === ROWS && new Set(rows).size === ROWS && new Set(rows.map((row) => row.split(',')[0])).size === 1;
}
