import { type TransformOptions, type TransformResult, transform } from '../../../../engine/closures/transform/transform.ts';

export type SnippetOptions = Partial<TransformOptions> & { readonly file?: string };

/** Runs the transform as the loader would, on `/project/job.ts` in the driver unless told otherwise. */
export function transformSnippet(code: string, options: SnippetOptions = {}): TransformResult {
  const { file = 'job.ts', ...rest } = options;
  return transform(code, `/project/${file}`, {
    moduleId: file,
    mode: 'driver',
    role: 'main',
    runtime: 'levin/runtime',
    driverOnly: ['levin', 'vitest', /^node:test/],
    ...rest,
  });
}

/** What each site captures: `f: a b` and `this` before the names; anonymous sites are called by their kind. */
export function capturesOf(code: string, options: SnippetOptions = {}): string {
  const { sites } = transformSnippet(code, options).meta;
  return sites
    .map(({ name, kind, captures, self }) => `${name ?? kind}: ${[...(self ? ['this'] : []), ...captures].join(' ')}`.trim())
    .join('; ');
}

/** The emitted code without the tables of the runtime, and with site numbers instead of keys. */
export function emitted(code: string, options: SnippetOptions = {}): string {
  const result = transformSnippet(code, options);
  let text = result.code
    .replace(/import\{[^}]*\}from"levin\/runtime";|import \{[^}]*\} from "levin\/runtime";/, '')
    .replace(/var __S=__sites\(.*?,"(?:main|module)"\);/s, '');
  result.meta.sites.forEach(({ key }, index) => {
    text = text.replaceAll(JSON.stringify(key), `#${index}`);
  });
  return text;
}
