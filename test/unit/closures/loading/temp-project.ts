import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A project folder of a test; gone when the test is over. */
export interface TempProject extends Disposable {
  readonly root: string;
  path(name: string): string;
  write(files: Readonly<Record<string, string>>): void;
  /** `name` becomes a link to `target`, both relative to the root (or `target` absolute). */
  link(name: string, target: string): void;
}

export function tempProject(files: Readonly<Record<string, string>>): TempProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'levin-loading-')));
  const path = (name: string): string => join(root, name);
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
    }
  };
  write(files);
  return {
    root,
    path,
    write,
    link(name, target) {
      mkdirSync(dirname(path(name)), { recursive: true });
      symlinkSync(join(target.startsWith('/') ? '' : root, target), path(name), 'dir');
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
