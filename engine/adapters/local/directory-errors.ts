import { type Fault, LevinError } from '../../errors/levin-error.ts';
import { invalidKey } from '../../ports/object-errors.ts';

/** What was tried on which file, for the message. */
export interface FileCall {
  readonly action: 'read' | 'write' | 'list' | 'delete';
  readonly key: string;
  readonly path: string;
}

interface Explanation {
  readonly code: string;
  readonly fault: Fault;
  readonly text: string;
}

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  EACCES: permission('Grant this user access to the path, or choose another one.'),
  EPERM: permission('Grant this user access to the path, or choose another one.'),
  EROFS: permission('The file system is mounted read-only: choose another path.'),
  EISDIR: { code: 'IS_A_DIRECTORY', fault: 'user', text: 'it is a folder, and a file is due. Name a file in it.' },
  ENOTDIR: { code: 'NOT_A_DIRECTORY', fault: 'user', text: 'one of its folders is a file. Choose another path, or move that file away.' },
  ELOOP: { code: 'TOO_MANY_LINKS', fault: 'user', text: 'its symbolic links lead in a circle. Repair the links.' },
  ENOSPC: { code: 'NO_SPACE', fault: 'resource', text: 'the disk is full. Free some space, or choose a folder on another disk.' },
  EDQUOT: { code: 'NO_SPACE', fault: 'resource', text: 'the disk quota is used up. Free some space, or choose a folder on another disk.' },
  EMFILE: openFiles('this process has too many files open. Raise its limit (ulimit -n).'),
  ENFILE: openFiles('the machine has too many files open. Close other programs.'),
  ENOTSUP: noLinks(),
  EXDEV: noLinks(),
};

/** Turns an error of the file system into ours; gives any other back as it is. */
export function fileError(error: unknown, call: FileCall): unknown {
  const errno = errnoOf(error);
  return errno === undefined ? error : explainErrno(errno, call, error);
}

/** Our error for an error code of the operating system. */
export function explainErrno(errno: string, call: FileCall, cause?: unknown): LevinError {
  if (call.action === 'read' && (errno === 'ENOENT' || errno === 'ENOTDIR')) return fileNotFound(call, cause);
  if (errno === 'ENAMETOOLONG') {
    return invalidKey(call.key, 'a segment or the whole path is longer than the file system allows (usually 255 bytes a segment)');
  }
  const known = EXPLANATIONS[errno] ?? {
    code: 'STORE_FAILED',
    fault: 'transient',
    text: `${cause instanceof Error ? cause.message : errno}. Check the disk, then run again.`,
  };
  return new LevinError({
    code: known.code,
    fault: known.fault,
    message: `Cannot ${call.action} ${call.path}: ${known.text}`,
    details: { key: call.key, path: call.path, errno },
    cause,
  });
}

/** `ENOENT`, `EACCES` …; undefined for what is no error of the operating system. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('errno' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function fileNotFound({ key, path }: FileCall, cause: unknown): LevinError {
  return new LevinError({
    code: 'OBJECT_NOT_FOUND',
    fault: 'user',
    message: `There is no file ${path}. Check the path; the files of an application are gone once it was stopped.`,
    details: { key, path },
    cause,
  });
}

function permission(remedy: string): Explanation {
  return { code: 'PERMISSION_DENIED', fault: 'user', text: `permission denied. ${remedy}` };
}

function openFiles(text: string): Explanation {
  return { code: 'TOO_MANY_OPEN_FILES', fault: 'transient', text };
}

function noLinks(): Explanation {
  return {
    code: 'LINKS_UNSUPPORTED',
    fault: 'user',
    text: 'this file system has no hard links, which "write if absent" needs. Choose a folder on another disk (ext4, xfs, btrfs, APFS).',
  };
}
