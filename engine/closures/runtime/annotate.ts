import type { BindingSlices, ImportEntry, SiteMeta } from '../site-meta.ts';
import { type AnyFunction, type DriverModule, driverRegistry, type SiteHandle } from './driver-registry.ts';
import { SITE, THUNK } from './symbols.ts';

type Thunk = () => readonly unknown[];

interface Annotated {
  [SITE]?: SiteHandle;
  [THUNK]?: Thunk | undefined;
}

/** Registers a module that runs on the driver; gives the handles of its sites, in the order of `metas`. */
export function __sites(
  moduleId: string,
  fileUrl: string,
  metas: readonly SiteMeta[],
  imports: () => readonly ImportEntry[],
  slices: BindingSlices,
  role: 'main' | 'module',
): readonly SiteHandle[] {
  const registry = driverRegistry();
  const sites: SiteHandle[] = [];
  const module: DriverModule = { moduleId, fileUrl, role, sites, imports, slices, refClasses: new Map() };
  for (const meta of metas) {
    const handle = Object.create(handlePrototype) as { meta: SiteMeta; module: DriverModule };
    handle.meta = meta;
    handle.module = module;
    sites.push(handle);
  }
  registry.modules.set(moduleId, module);
  registry.version += 1;
  return sites;
}

/**
 * Ties a function to its site and to the values it captures. Returns the function.
 *
 * `site` is undefined when a circular import calls a hoisted function before its module ran.
 * Two plain properties: a WeakMap entry costs thirty times as much, and this runs for every closure the driver creates.
 */
export function __lv<F extends AnyFunction>(fn: F, site: SiteHandle | undefined, thunk?: Thunk, name?: string): F {
  if (site === undefined) return fn;
  const annotated = fn as Annotated;
  annotated[SITE] = site;
  annotated[THUNK] = thunk;
  if (name !== undefined && fn.name === '') Object.defineProperty(fn, 'name', { value: name, configurable: true });
  if (site.meta.kind === 'class') rememberClass(fn, site);
  return fn;
}

/** Annotates methods of an object literal. Returns the object. */
export function __lvm<T extends object>(object: T, methods: readonly (readonly [PropertyKey, SiteHandle | undefined, Thunk?])[]): T {
  for (const [key, site, thunk] of methods) {
    const method = Object.getOwnPropertyDescriptor(object, key)?.value;
    if (typeof method === 'function') __lv(method, site, thunk);
  }
  return object;
}

/** `console.log(fn)` shows the properties above: a handle prints as its place, not as its tables. */
const handlePrototype: object = Object.create(null, {
  [Symbol.for('nodejs.util.inspect.custom')]: {
    value(this: SiteHandle): string {
      return `${this.module.moduleId}:${this.meta.line}:${this.meta.column}`;
    },
  },
});

function rememberClass(owner: AnyFunction, site: SiteHandle): void {
  if (site.meta.ref !== null) site.module.refClasses.set(site.meta.ref, owner);
  const { members } = driverRegistry();
  remember(owner, true);
  remember(owner.prototype, false);

  function remember(holder: object, isStatic: boolean): void {
    const descriptors = Object.getOwnPropertyDescriptors(holder);
    for (const name of Object.keys(descriptors)) {
      const member = descriptors[name]?.value;
      if (typeof member === 'function' && name !== 'constructor' && !members.has(member)) members.set(member, { owner, name, isStatic });
    }
  }
}
