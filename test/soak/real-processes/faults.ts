import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CaseFolder, type Disk, mount } from './case-folder.ts';
import { type FoundProcess, processesOf } from './processes-of.ts';

/** Told by its handle, not by its number, which may be another process's by then. */
export interface SignalledDriver {
  readonly pid: number;
  /** False: it has ended. */
  signal(name: NodeJS.Signals): boolean;
}

/** What a fault may do to a case. */
export interface FaultPlace {
  readonly folder: CaseFolder;
  /** The newest driver; null between two of them. */
  driver(): SignalledDriver | null;
  /** Begins another driver, as if this one were dead; resolves when that one has taken over or has ended. False: there is nothing to take over yet. */
  replaceDriver(): Promise<boolean>;
  /** In [0, 1). */
  next(): number;
}

/** A kind of fault: does what it does, undoes it where that is possible, and says whether it has hit anything. */
export interface Fault {
  readonly kind: string;
  readonly inject: (place: FaultPlace) => Promise<boolean>;
  /** Codes with which a driver may end because of it, so that the job has to be resumed once the fault is over. */
  readonly ends: readonly string[];
  /** It may leave nothing to resume to: what the job has saved is gone. */
  readonly fatal?: true;
}

const DISK_CODES = ['NO_SPACE', 'PERMISSION_DENIED'];
const TEMPORARY_CODES = [...DISK_CODES, 'LOCAL_DIR', 'EXECUTOR_START_FAILED'];

export const FAULTS: readonly Fault[] = [
  { kind: 'executor killed', inject: (place) => signalExecutor(place, ['SIGKILL']), ends: [] },
  { kind: 'executor frozen', inject: (place) => signalExecutor(place, ['SIGSTOP', 'SIGCONT']), ends: [] },
  { kind: 'driver killed', inject: killDriver, ends: [] },
  { kind: 'driver frozen', inject: freezeDriver, ends: ['LEASE_LOST'] },
  { kind: 'driver frozen and replaced', inject: replaceDriver, ends: ['LEASE_LOST', 'STORE_BUSY'] },
  { kind: 'object deleted', inject: (place) => damageObject(place, (file) => rmSync(file)), ends: [] },
  { kind: 'object damaged', inject: (place) => damageObject(place, flipByte), ends: [] },
  { kind: 'temporary folder deleted', inject: deleteTemporary, ends: [] },
  {
    kind: 'output folder deleted',
    inject: deleteOutput,
    ends: ['OUTPUT_LOST', 'PATH_NOT_FOUND', 'OUTPUT_NOT_COMMITTED', 'INPUT_CHANGED', 'INPUT_LOST', 'OBJECT_NOT_FOUND'],
    fatal: true,
  },
  { kind: 'database locked', inject: lockDatabase, ends: ['LEASE_LOST', 'STORE_BUSY'] },
  { kind: 'disk full: state', inject: (place) => fillDisk(place, 'state'), ends: [...DISK_CODES, 'LEASE_LOST', 'STORE_FAILED'] },
  { kind: 'disk full: temporary files', inject: (place) => fillDisk(place, 'local'), ends: [...TEMPORARY_CODES, 'SCRATCH_FULL'] },
  { kind: 'disk full: output', inject: (place) => fillDisk(place, 'data'), ends: DISK_CODES },
  { kind: 'read-only: objects', inject: (place) => makeReadOnly(place, 'objects'), ends: DISK_CODES },
  { kind: 'read-only: temporary files', inject: (place) => makeReadOnly(place, 'local'), ends: TEMPORARY_CODES },
  { kind: 'read-only: output', inject: (place) => makeReadOnly(place, 'data'), ends: DISK_CODES },
];

/** How long a fault that goes away lasts. */
function holdMs(place: FaultPlace, longestMs: number): number {
  return 50 + place.next() * longestMs;
}

function oneOf<T>(place: FaultPlace, all: readonly T[]): T | undefined {
  return all[Math.floor(place.next() * all.length)];
}

/** False: it has ended. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function signalExecutor(place: FaultPlace, [first, last]: readonly [NodeJS.Signals, NodeJS.Signals?]): Promise<boolean> {
  const pid = oneOf(place, await executorsOf(place))?.pid;
  if (pid === undefined || !signal(pid, first)) return false;
  if (last === undefined) return true;
  await sleep(holdMs(place, 2_000));
  signal(pid, last);
  return true;
}

/** A driver that has just begun has none yet. */
async function executorsOf(place: FaultPlace): Promise<readonly FoundProcess[]> {
  for (let look = 0; look < 100; look++) {
    const driver = place.driver()?.pid;
    const found = processesOf(place.folder.root).filter(({ parent, command }) => parent === driver && command.includes('executor-process'));
    if (found.length > 0) return found;
    await sleep(20);
  }
  return [];
}

async function killDriver(place: FaultPlace): Promise<boolean> {
  return place.driver()?.signal('SIGKILL') === true;
}

async function freezeDriver(place: FaultPlace): Promise<boolean> {
  const driver = place.driver();
  if (driver?.signal('SIGSTOP') !== true) return false;
  await sleep(holdMs(place, 3_000));
  driver.signal('SIGCONT');
  return true;
}

async function replaceDriver(place: FaultPlace): Promise<boolean> {
  const driver = place.driver();
  if (driver?.signal('SIGSTOP') !== true) return false;
  try {
    return await place.replaceDriver();
  } finally {
    driver.signal('SIGCONT');
  }
}

/** Shuffle output, results, shipped code and templates: everything but what is written once and cannot be made again, the journal. */
async function damageObject(place: FaultPlace, damage: (file: string) => void): Promise<boolean> {
  const apps = join(place.folder.disks.objects, 'apps');
  const files = filesBelow(apps).filter((name) => !name.includes('/journal/'));
  const file = oneOf(place, files);
  if (file === undefined) return false;
  try {
    damage(file);
    return true;
  } catch {
    // It was deleted meanwhile.
    return false;
  }
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  if (bytes.length === 0) return;
  const at = Math.floor(bytes.length / 2);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Uint8Array.of((bytes[at] as number) ^ 1), 0, 1, at);
  closeSync(descriptor);
}

async function deleteTemporary(place: FaultPlace): Promise<boolean> {
  const name = oneOf(place, readdirSync(place.folder.disks.local));
  if (name === undefined) return false;
  rmSync(join(place.folder.disks.local, name), { recursive: true, force: true });
  return true;
}

async function deleteOutput(place: FaultPlace): Promise<boolean> {
  const name = oneOf(
    place,
    readdirSync(place.folder.disks.data).filter((each) => each !== 'input.txt'),
  );
  if (name === undefined) return false;
  rmSync(join(place.folder.disks.data, name), { recursive: true, force: true });
  return true;
}

/** By a process of its own: SQLite's locks are those of a process. */
async function lockDatabase(place: FaultPlace): Promise<boolean> {
  const file = join(place.folder.disks.state, 'metadata.sqlite');
  if (!existsSync(file)) return false;
  const program = `
    const { DatabaseSync } = require('node:sqlite');
    const db = new DatabaseSync(process.argv[1], { timeout: 5000 });
    db.exec('BEGIN EXCLUSIVE');
    setTimeout(() => { db.exec('ROLLBACK'); db.close(); }, Number(process.argv[2]));`;
  const locker = spawn(process.execPath, ['--no-warnings', '-e', program, file, String(holdMs(place, 4_000))], { stdio: 'ignore' });
  const [code] = await once(locker, 'close');
  return code === 0;
}

async function fillDisk(place: FaultPlace, disk: Disk): Promise<boolean> {
  const filler = join(place.folder.disks[disk], 'filler');
  const descriptor = openSync(filler, 'w');
  try {
    fill(descriptor);
    await sleep(holdMs(place, 1_500));
    return true;
  } finally {
    closeSync(descriptor);
    rmSync(filler);
  }
}

/** Until not one byte more has room. */
function fill(descriptor: number): void {
  const piece = new Uint8Array(1024 * 1024);
  for (let length = piece.length; length > 0; ) {
    try {
      writeSync(descriptor, piece, 0, length);
    } catch {
      length = Math.floor(length / 2);
    }
  }
}

async function makeReadOnly(place: FaultPlace, disk: Disk): Promise<boolean> {
  const folder = place.folder.disks[disk];
  try {
    mount('-o', 'remount,bind,ro', folder);
  } catch {
    // A file is being written.
    return false;
  }
  await sleep(holdMs(place, 1_500));
  mount('-o', 'remount,bind,rw', folder);
  return true;
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name.toString()))
    .filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true);
}

export function touch(file: string): void {
  writeFileSync(file, '');
}
