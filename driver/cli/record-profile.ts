import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { readEventLog } from '../events/event-log.ts';
import { openStores } from '../wiring.ts';
import { noState } from './open-state.ts';
import type { ProfileSource, SimulateArguments } from './simulate-arguments.ts';
import { stateDirOf } from './state-dir.ts';

/** The events of the run to be simulated: of one that took place, or of the job as it is run now. */
export async function profileEvents({ source, stateDir, master, conf }: SimulateArguments): Promise<readonly AppEvent[]> {
  switch (source.kind) {
    case 'events':
      return await eventsInFile(source.file);
    case 'app':
      return await eventsOfApp(source.appId, await stateDirOf(stateDir ?? undefined, resolve('levin')));
    case 'job':
      return await eventsOfRun(source, [
        ...(master === null ? [] : ['--on', master]),
        ...Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
      ]);
  }
}

async function eventsInFile(file: string): Promise<readonly AppEvent[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LevinError({
      code: 'FILE_NOT_FOUND',
      fault: 'user',
      message: `levin simulate: cannot read the event log ${resolve(file)}.`,
      cause,
    });
  });
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as AppEvent];
    } catch (cause) {
      const message = `levin simulate: line ${i + 1} of ${resolve(file)} is no JSON; an event log has one event a line (docs/event-log.md).`;
      throw new LevinError({ code: 'NO_PROFILE', fault: 'user', message, cause });
    }
  });
}

async function eventsOfApp(appId: string, stateDir: string): Promise<readonly AppEvent[]> {
  if (!existsSync(stateDir)) throw noState(appId);
  const { objects, metadata } = openStores(stateDir);
  try {
    const events = await readEventLog(objects, appId);
    if (events.length > 0) return events;
  } finally {
    await metadata.close();
  }
  throw new LevinError({
    code: 'APP_NOT_FOUND',
    fault: 'user',
    message: `levin simulate: there is no event log of application ${appId} in ${stateDir}. levin apps lists applications; --state-dir names another folder.`,
    details: { appId },
  });
}

/** Runs the job in a process and a state folder of its own. What it prints goes to stderr: stdout is for the prediction. */
async function eventsOfRun({ job, args }: Extract<ProfileSource, { kind: 'job' }>, flags: readonly string[]): Promise<readonly AppEvent[]> {
  const folder = await mkdtemp(join(tmpdir(), 'levin-profile-'));
  try {
    const command = [join(levinPackage().folder, 'bin', 'levin.js'), 'run', ...flags, '--quiet', '--state-dir', folder, job, '--', ...args];
    const code = await exitCodeOf(command);
    if (code !== 0) throw runFailed(job, code);
    const stores = openStores(folder);
    try {
      const apps = new Set((await stores.objects.list('history/')).objects.map(({ key }) => key.split('/')[1] as string));
      const [appId, another] = [...apps];
      if (appId === undefined) throw notOne(job, 'it opened no Context');
      if (another !== undefined) throw notOne(job, `it opened ${apps.size} applications, one after the other`);
      return await readEventLog(stores.objects, appId);
    } finally {
      await stores.metadata.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function exitCodeOf(args: readonly string[]): Promise<number | null> {
  return new Promise((fulfil, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['inherit', 'pipe', 'inherit'] });
    child.stdout.pipe(process.stderr, { end: false });
    child.on('error', reject);
    child.on('close', fulfil);
  });
}

function runFailed(job: string, code: number | null): LevinError {
  const message = `levin simulate: the run of ${job} that was to be profiled ended with exit code ${code ?? 'none'}; what it printed stands above.`;
  return new LevinError({ code: 'PROFILE_RUN_FAILED', fault: 'user', message });
}

function notOne(job: string, what: string): LevinError {
  return new LevinError({ code: 'NO_PROFILE', fault: 'user', message: `levin simulate: ${job} cannot be simulated: ${what}.` });
}
