import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { inputText } from './drawn-job.ts';

/** A folder that is a file system of its own, so that it can be full or read-only. */
export type Disk = 'state' | 'objects' | 'local' | 'data';

const DISK_MB = 128;

/** Everything that one case has on disk. The process must be in a mount namespace of its own. */
export interface CaseFolder {
  readonly root: string;
  readonly disks: Readonly<Record<Disk, string>>;
  readonly temporary: string;
  /** Files and folders that ought not to be there when no driver runs. */
  temporaryFiles(): readonly string[];
  /** Files of applications, event logs left out. Empty folders are no objects. */
  dataFiles(): readonly string[];
  remove(): void;
}

export function makeCaseFolder(): CaseFolder {
  const root = mkdtempSync(join(tmpdir(), 'levin-case-'));
  const disks = { state: join(root, 'state'), objects: join(root, 'state/objects'), local: join(root, 'local'), data: join(root, 'data') };
  const temporary = join(root, 'tmp');
  for (const folder of [disks.state, disks.local, disks.data, temporary]) mkdirSync(folder);
  for (const folder of [disks.state, disks.local, disks.data]) mount('-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'none', folder);
  mkdirSync(disks.objects);
  // The same file system, and its own mount: it can be read-only while the database beside it is open.
  mount('--bind', disks.objects, disks.objects);
  writeFileSync(join(disks.data, 'input.txt'), inputText());
  return {
    root,
    disks,
    temporary,
    temporaryFiles: () => [...namesIn(root, disks.local), ...namesIn(root, temporary)],
    dataFiles: () =>
      namesIn(root, disks.objects, { files: true }).filter(
        (name) => !/^state\/objects\/history\/app-[^/]+\/events\/\d+-\d+\.jsonl$/.test(name),
      ),
    remove() {
      for (const folder of [disks.objects, disks.state, disks.local, disks.data]) execFileSync('umount', ['-l', folder]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function namesIn(root: string, folder: string, { files = false } = {}): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !files || entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
