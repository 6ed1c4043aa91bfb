import { expect, test } from 'vitest';
import { fileError } from '../../../engine/adapters/local/directory-errors.ts';

const call = { action: 'write', key: 'a/b', path: '/data/a/b' } as const;
const errno = (code: string): Error => Object.assign(new Error(`${code}: system text`), { code, errno: -1 });

test.for([
  [
    'EACCES',
    'PERMISSION_DENIED',
    'user',
    'Cannot write /data/a/b: permission denied. Grant this user access to the path, or choose another one.',
  ],
  [
    'EPERM',
    'PERMISSION_DENIED',
    'user',
    'Cannot write /data/a/b: permission denied. Grant this user access to the path, or choose another one.',
  ],
  [
    'EROFS',
    'PERMISSION_DENIED',
    'user',
    'Cannot write /data/a/b: permission denied. The file system is mounted read-only: choose another path.',
  ],
  ['ENOSPC', 'NO_SPACE', 'resource', 'Cannot write /data/a/b: the disk is full. Free some space, or choose a folder on another disk.'],
  [
    'EDQUOT',
    'NO_SPACE',
    'resource',
    'Cannot write /data/a/b: the disk quota is used up. Free some space, or choose a folder on another disk.',
  ],
  [
    'EMFILE',
    'TOO_MANY_OPEN_FILES',
    'transient',
    'Cannot write /data/a/b: this process has too many files open. Raise its limit (ulimit -n).',
  ],
  ['ENFILE', 'TOO_MANY_OPEN_FILES', 'transient', 'Cannot write /data/a/b: the machine has too many files open. Close other programs.'],
  ['ELOOP', 'TOO_MANY_LINKS', 'user', 'Cannot write /data/a/b: its symbolic links lead in a circle. Repair the links.'],
  [
    'EXDEV',
    'LINKS_UNSUPPORTED',
    'user',
    'Cannot write /data/a/b: this file system has no hard links, which "write if absent" needs. Choose a folder on another disk (ext4, xfs, btrfs, APFS).',
  ],
  ['EIO', 'STORE_FAILED', 'transient', 'Cannot write /data/a/b: EIO: system text. Check the disk, then run again.'],
] as const)('%s is %s', ([system, code, fault, message]) => {
  const cause = errno(system);
  expect(fileError(cause, call)).toMatchObject({ code, fault, message, cause, details: { key: 'a/b', path: '/data/a/b', errno: system } });
});

test('what is no error of the system is given back as it is', () => {
  const bug = new TypeError('a bug');
  expect(fileError(bug, call)).toBe(bug);
});
