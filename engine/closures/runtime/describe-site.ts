import type { SiteHandle } from './driver-registry.ts';

/** `function half (src/job.ts:3:9)`, `class Money (src/money.ts:1:8)`. */
export function describeSite(handle: SiteHandle): string {
  const { meta, module } = handle;
  const noun = meta.kind === 'class' ? 'class' : 'function';
  const name = meta.name === null || meta.name === '' ? '' : ` ${meta.name}`;
  return `${noun}${name} (${module.moduleId}:${meta.line}:${meta.column})`;
}
