/** Names that the emitted code uses; none of them occurs anywhere in the user's source. */
export interface EmittedNames {
  readonly lv: string;
  readonly lvm: string;
  readonly sites: string;
  readonly refs: string;
  readonly def: string;
  readonly lazy: string;
  /** Table of site handles. */
  readonly table: string;
  /** Parameter that holds captures or an imported namespace. */
  readonly values: string;
  /** Name given to an anonymous default export. */
  readonly anonymous: string;
}

export function chooseNames(code: string): EmittedNames {
  const free = (wanted: string): string => {
    let name = wanted;
    while (code.includes(name)) name += '$';
    return name;
  };
  return {
    lv: free('__lv'),
    lvm: free('__lvm'),
    sites: free('__sites'),
    refs: free('__refs'),
    def: free('__def'),
    lazy: free('__lazy'),
    table: free('__S'),
    values: free('__V'),
    anonymous: free('__default'),
  };
}

const RUNTIME_EXPORTS = { lv: '__lv', lvm: '__lvm', sites: '__sites', refs: '__refs', def: '__def', lazy: '__lazy' } as const;

/** `import {__lv, __sites as __sites$} from "levin/runtime";` */
export function runtimeImport(names: EmittedNames, runtime: string, wanted: readonly (keyof typeof RUNTIME_EXPORTS)[]): string {
  const specifiers = wanted.map((key) => (names[key] === RUNTIME_EXPORTS[key] ? names[key] : `${RUNTIME_EXPORTS[key]} as ${names[key]}`));
  return `import {${specifiers.join(',')}} from ${JSON.stringify(runtime)};`;
}

/** A key in an object literal; `__proto__` would otherwise set the prototype. */
export function objectKey(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}
