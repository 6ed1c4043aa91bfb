import type { BindingSlices, ImportEntry, SiteMeta } from '../../../../engine/closures/site-meta.ts';

/** A site as the transform would describe it. */
export function site(key: string, o: Partial<SiteMeta> = {}): SiteMeta {
  return {
    key,
    kind: 'function',
    name: null,
    line: 1,
    column: 1,
    captures: [],
    self: false,
    ref: null,
    error: null,
    async: false,
    uses: [],
    env: [],
    hash: key.slice(key.lastIndexOf('#') + 1),
    deps: [],
    mutable: [],
    ...o,
  };
}

export const noImports = (): readonly ImportEntry[] => [];
export const noSlices: BindingSlices = {};
