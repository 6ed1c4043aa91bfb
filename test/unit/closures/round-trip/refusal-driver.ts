import { pathToFileURL } from 'node:url';
import { installDriverHooks } from '../../../../engine/closures/loading/driver-hooks.ts';
import type { RefusalCase } from '../../../support/closure-cases/refusal-case.ts';
import { CASE_ROOT, caseFiles } from './case-files.ts';
import type { RefusalResult } from './pipeline.ts';

// A driver process of its own: loads the file of refusals as levin loads jobs, makes every call, prints RefusalResult[] as JSON.

const [file = ''] = caseFiles('.refused.ts');
installDriverHooks({ root: CASE_ROOT, mainFiles: [file], cacheFolder: null });
// A main file is nobody's import: neither this module's.
const start = 'export const start = (url) => import(url)';
const { start: startJob } = (await import(`data:text/javascript,${start}`)) as {
  start: (url: string) => Promise<{ cases: readonly RefusalCase[]; close: () => Promise<void> }>;
};
const { cases, close } = await startJob(pathToFileURL(file).href);

const results: RefusalResult[] = [];
for (const { row, name, run } of cases) results.push({ row, name, ...(await refusalOf(run)) });
await close();
process.stdout.write(JSON.stringify(results));

async function refusalOf(run: () => unknown): Promise<Pick<RefusalResult, 'message' | 'code' | 'atCall' | 'stack'>> {
  let atCall = true;
  try {
    const made = run();
    atCall = false;
    await made;
    return { message: 'nothing was thrown', code: '', atCall, stack: '' };
  } catch (error) {
    const { message, code = '', stack = '' } = error as Error & { readonly code?: string };
    return { message, code, atCall, stack };
  }
}
