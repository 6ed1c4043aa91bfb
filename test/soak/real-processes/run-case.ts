import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { runCli } from '../../support/run-cli.ts';
import { type CaseFolder, makeCaseFolder } from './case-folder.ts';
import { type DrawnJob, drawJob, expectedAnswer, expectedRows } from './drawn-job.ts';
import { type DriverRun, environment, startDriver } from './driver-run.ts';
import { FAULTS, type Fault, type FaultPlace, touch } from './faults.ts';
import { processesOf } from './processes-of.ts';

/** A driver that ended with an error is resumed; after so many something does not end. */
const MAX_RUNS = 25;
/** An executor notices at once that its driver is gone; a loaded machine takes its time. */
const GONE_WITHIN_MS = 30_000;

export interface CaseReport {
  readonly seed: number;
  readonly seconds: number;
  readonly shape: string;
  readonly rounds: number;
  readonly drivers: number;
  readonly faults: readonly string[];
  /** How drivers ended that neither succeeded nor were killed: codes of errors. */
  readonly errors: readonly string[];
  /** The job could not be finished, and said why: its output was deleted. */
  readonly lost: boolean;
  readonly wrong: readonly string[];
}

/** One job in processes of its own, disturbed until the faults that the seed draws are over, and resumed whenever its driver has ended. */
export async function runCase(seed: number): Promise<CaseReport> {
  const folder = makeCaseFolder();
  try {
    return await disturbedCase(seed, folder);
  } finally {
    for (const { pid } of processesOf(folder.root)) process.kill(pid, 'SIGKILL');
    folder.remove();
  }
}

async function disturbedCase(seed: number, folder: CaseFolder): Promise<CaseReport> {
  const startMs = performance.now();
  const random = createSeededRandom(`real processes ${seed}`);
  const enough = join(folder.root, 'enough');
  const job = drawJob(random, { input: join(folder.disks.data, 'input.txt'), out: folder.disks.data, enough });
  const drivers = createDrivers(folder, { job, executors: 1 + Math.floor(random.next() * 3), speculation: random.next() < 0.5 });
  const faults: Fault[] = [];
  const disturb = async (): Promise<void> => {
    const count = 1 + Math.floor(random.next() * 5);
    for (let i = 0; i < count && !drivers.over(); i++) {
      await sleep(random.next() ** 2 * 3_000);
      const fault = FAULTS[Math.floor(random.next() * FAULTS.length)] as Fault;
      const place: FaultPlace = { folder, driver: drivers.current, replaceDriver: drivers.replace, next: random.next };
      // It may end a driver while it lasts.
      faults.push(fault);
      if (!(await fault.inject(place))) faults.splice(faults.lastIndexOf(fault), 1);
    }
    touch(enough);
  };
  const [end] = await Promise.all([drivers.untilOver(faults), disturb()]);
  const wrong = [...end.wrong, ...(await leftProcesses(folder))];
  wrong.push(...wrongOutputs(job, end.rounds, { damaged: faults.some(({ fatal }) => fatal === true) }));
  wrong.push(...(await leftFiles(folder, end)));
  return {
    seed,
    seconds: Math.round((performance.now() - startMs) / 1000),
    shape: job.shape,
    rounds: end.rounds,
    drivers: end.drivers,
    faults: faults.map(({ kind }) => kind),
    errors: end.errors,
    lost: end.lost,
    wrong,
  };
}

interface End {
  readonly rounds: number;
  readonly drivers: number;
  readonly errors: readonly string[];
  readonly lost: boolean;
  /** A temporary folder could not be removed. */
  readonly toldOf: boolean;
  readonly wrong: readonly string[];
}

interface Drivers {
  /** The newest one, while it lives. */
  current(): DriverRun | null;
  over(): boolean;
  replace(): Promise<boolean>;
  /** Starts drivers until one has finished the job. */
  untilOver(faults: readonly Fault[]): Promise<End>;
}

interface DriverOptions {
  readonly job: DrawnJob;
  readonly executors: number;
  readonly speculation: boolean;
}

function createDrivers(folder: CaseFolder, { job, executors, speculation }: DriverOptions): Drivers {
  const runs: DriverRun[] = [];
  let over = false;
  const current = (): DriverRun | undefined => runs.at(-1);
  const begin = (appId: string | null): DriverRun => {
    const first = [
      ...['--on', `local-cluster[${executors},1,192]`],
      ...['--conf', 'leaseMs=1200', '--conf', 'maxTaskFailures=20'],
      ...['--conf', `speculation=${speculation}`, JSON.stringify(job)],
    ];
    const cwd = join(folder.root, `from-${runs.length}`);
    mkdirSync(cwd);
    const program = fileURLToPath(new URL('../jobs/real-processes.ts', import.meta.url));
    const run = startDriver([program, ...(appId === null ? first : ['--app', appId])], { folder, cwd, resumed: appId });
    runs.push(run);
    return run;
  };

  return {
    current: () => (current()?.ended() === false ? (current() ?? null) : null),
    over: () => over,
    async replace() {
      const old = current();
      if (old?.appId() === null || old === undefined) return false;
      old.leave();
      while (current() === old && !over) await sleep(10);
      const successor = current() as DriverRun;
      await successor.begun;
      return successor !== old;
    },
    async untilOver(faults) {
      const wrong: string[] = [];
      const errors: string[] = [];
      let lost = false;
      for (let appId: string | null = null; !over; ) {
        const run = begin(appId);
        if (runs.length > MAX_RUNS) wrong.push(`not done after ${MAX_RUNS} drivers: ${shortened(run.stderr())}`);
        await run.endedOrLeft;
        appId = run.appId() ?? appId;
        const judged = run.ended() ? judge(run, faults) : { kind: 'again' as const };
        if (judged.kind === 'error') errors.push(judged.code);
        if (judged.kind === 'wrong') wrong.push(judged.what);
        if (judged.kind === 'error' && judged.fatal) lost = true;
        over = judged.kind === 'finished' || wrong.length > 0 || lost;
      }
      // Those that were frozen have woken by now.
      for (const run of runs.filter(({ wasLeft }) => wasLeft())) {
        const { code, stderr } = await run.result;
        const judged = judge(run, faults);
        if (judged.kind === 'wrong' && !(code === 1 && /\[(LEASE_LOST|APP_IS_RUNNING)\]/.test(stderr)))
          wrong.push(`replaced: ${judged.what}`);
      }
      const rounds = runs.map((run) => run.rounds());
      for (const each of rounds) wrong.push(...wrongAnswers(job, each.answers));
      const done = rounds.find(({ finished }) => finished);
      if (done === undefined && !lost && wrong.length === 0) wrong.push('no driver has printed all answers');
      const toldOf = runs.some((run) => run.stderr().includes('could not be removed'));
      return { rounds: done?.answers.length ?? 0, drivers: runs.length, errors, lost, toldOf, wrong };
    },
  };
}

type Judgement =
  | { readonly kind: 'finished' | 'again' }
  | { readonly kind: 'error'; readonly code: string; readonly fatal: boolean }
  | { readonly kind: 'wrong'; readonly what: string };

/** What the end of a driver means: the job is done, somebody has to go on, or nobody should have seen this. */
function judge(run: DriverRun, faults: readonly Fault[]): Judgement {
  const { code, signal, stderr } = run.ending();
  if (code === 0) return { kind: 'finished' };
  if (run.hung()) return { kind: 'wrong', what: `a driver did not end: ${shortened(stderr)}` };
  if (signal === 'SIGKILL') return { kind: 'again' };
  const found = [...stderr.matchAll(/^(?:levin|caused by levin): .* \[([A-Z_]+)\]$/gm)].map(([, each]) => each as string);
  // Killed after its last word: the one before it has finished.
  if (found[0] === 'APP_FINISHED') return { kind: 'finished' };
  // Nothing had begun when it was killed: the next one begins anew.
  if (found[0] === 'APP_NOT_FOUND' && run.resumed !== null)
    return { kind: 'wrong', what: `an application that had printed its id is gone: ${shortened(stderr)}` };
  const cause = faults.find(({ ends }) => ends.some((each) => found.includes(each)));
  if (code === 1 && cause !== undefined) return { kind: 'error', code: found[0] as string, fatal: cause.fatal === true };
  return {
    kind: 'wrong',
    what: `a driver ended with code ${code}, signal ${signal} after ${faults.map(({ kind: each }) => each).join(', ') || 'no fault'}: ${shortened(stderr)}`,
  };
}

/** Of attempts that fail the same way one is enough. */
function shortened(stderr: string): string {
  const lines = stderr.split('\n');
  const seen = new Set<string>();
  const kept = lines.filter((line) => {
    const kind = line.replace(/\d+/g, '0').replace(/[0-9a-f]{8,}/g, '');
    return !seen.has(kind) && seen.add(kind);
  });
  return kept.join('\n').slice(-4_000);
}

function wrongAnswers(job: DrawnJob, answers: readonly unknown[]): readonly string[] {
  return answers.flatMap((answer, round) => {
    const expected = JSON.parse(JSON.stringify(expectedAnswer(job, round)));
    if (isDeepStrictEqual(answer, expected)) return [];
    return [`round ${round} gave ${JSON.stringify(answer).slice(0, 500)}, not ${JSON.stringify(expected).slice(0, 500)}`];
  });
}

/** As a program sees them that knows nothing of levin: whole, each row once, and nothing beside them. */
function wrongOutputs(job: DrawnJob, rounds: number, { damaged }: { readonly damaged: boolean }): readonly string[] {
  const wrong: string[] = [];
  for (let round = 0; round < rounds && !damaged; round++) {
    const path = join(job.out, `${job.shape}-${round}`);
    if (job.shape !== 'text' && job.shape !== 'objects') return wrong;
    if (!existsSync(join(path, '_SUCCESS'))) wrong.push(`${path} has no _SUCCESS`);
    const names = readdirSync(path, { recursive: true }).map(String);
    const strange = names.filter(
      (name) => !/^(part-\d{5}-[\w.-]+|_SUCCESS|_levin|_levin\/manifest-\d+\.json)$/.test(name) || name.endsWith('.staged'),
    );
    if (strange.length > 0) wrong.push(`${path} holds ${strange.join(', ')}`);
    const expected = expectedRows(job, round);
    if (expected === null) continue;
    const rows = names
      .filter((name) => name.startsWith('part-'))
      .flatMap((name) => readFileSync(join(path, name), 'utf8').split('\n').slice(0, -1));
    if (!isDeepStrictEqual(rows.toSorted(), expected.toSorted()))
      wrong.push(`${path} holds ${rows.length} rows, not the ${expected.length} expected`);
  }
  return wrong;
}

async function leftProcesses(folder: CaseFolder): Promise<readonly string[]> {
  const until = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const left = processesOf(folder.root);
    if (left.length === 0) return [];
    if (performance.now() > until) return left.map(({ pid, command }) => `process ${pid} is left: ${command}`);
    await sleep(50);
  }
}

/** Temporary folders go by themselves, unless a driver has said that they cannot; of what applications keep, `levin gc` is asked to take it. */
async function leftFiles(folder: CaseFolder, { toldOf }: { readonly toldOf: boolean }): Promise<readonly string[]> {
  const temporary = toldOf ? [] : folder.temporaryFiles();
  const { code, stderr } = await runCli(['gc', '--older-than', '0'], { cwd: folder.root, env: environment(folder) });
  const after = [...folder.temporaryFiles(), ...folder.dataFiles()];
  return [
    ...(temporary.length === 0 ? [] : [`left in temporary folders: ${temporary.join(', ')}`]),
    ...(code === 0 ? [] : [`levin gc failed: ${stderr}`]),
    ...(after.length === 0 ? [] : [`left after levin gc: ${after.join(', ')}`]),
  ];
}
