import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { CallSite } from '../../types/call-site.ts';

/** Folders of this package whose frames are not the user's. The package itself may hold the user's: its own tests and examples. */
const OWN_FOLDERS = ['driver/', 'engine/', 'shuffle/', 'functions/', 'simulator/', 'bin/'];
const packageUrl = new URL('../../../', import.meta.url).href;
/** Put in by the bundler of functions, which puts all of levin into one folder. */
declare const LEVIN_VERSION: string | undefined;
const ownPrefixes: readonly string[] =
  typeof LEVIN_VERSION === 'string' ? [new URL('./', import.meta.url).href] : OWN_FOLDERS.map((folder) => packageUrl + folder);

/** Frames of our own that may stand above the user's call. */
const FRAME_LIMIT = 12;

/**
 * Where the user called: the first frame outside of levin, in the source the user wrote.
 * Captures one short stack; call it once per operation, never per record.
 */
export function callSiteOf(): CallSite | null {
  for (const frame of captureFrames()) {
    // In a job that was built ahead, levin's own code stands in the job's file: only the source map tells.
    const callSite = isForeign(frame) ? toSource(frame) : null;
    if (callSite !== null && isForeign(callSite)) return callSite;
  }
  return null;
}

function captureFrames(): readonly CallSite[] {
  const { stackTraceLimit } = Error;
  const prepareStackTrace: unknown = Reflect.get(Error, 'prepareStackTrace');
  const holder: { stack?: unknown } = {};
  let frames: CallSite[] = [];
  Error.stackTraceLimit = FRAME_LIMIT;
  Error.prepareStackTrace = (_, sites) => {
    frames = sites.map((site) => ({
      file: site.getFileName() ?? '',
      line: site.getLineNumber() ?? 0,
      column: site.getColumnNumber() ?? 0,
    }));
    return '';
  };
  try {
    Error.captureStackTrace(holder, callSiteOf);
    // Reading the property is what formats it.
    void holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
  }
  return frames;
}

function isForeign({ file }: CallSite): boolean {
  if (file === '' || file.startsWith('node:')) return false;
  const url = file.startsWith('/') ? `file://${file}` : file;
  return !ownPrefixes.some((prefix) => url.startsWith(prefix)) && !url.includes('/node_modules/levin/');
}

function toSource(frame: CallSite): CallSite {
  const map = findSourceMap(frame.file);
  const origin = map?.findEntry(frame.line - 1, frame.column - 1);
  if (origin === undefined || !('originalSource' in origin) || origin.originalSource === undefined) return asPath(frame);
  return asPath({ file: origin.originalSource, line: origin.originalLine + 1, column: origin.originalColumn + 1 });
}

function asPath({ file, line, column }: CallSite): CallSite {
  const clean = file.replace(/[?#].*$/, '');
  return { file: clean.startsWith('file:') ? fileURLToPath(clean) : clean, line, column };
}
