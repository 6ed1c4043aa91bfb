/**
 * The contract between transformed code and the closure runtime (`levin/runtime`).
 * The transform writes these tables into modules; the runtime reads them. Docs: docs/closures.md.
 */

/** A function or class in the user's source. */
export interface SiteMeta {
  /** `moduleId#hash`, with `.1`, `.2` … for identical twins. Names the factory in the executor's copy of the module. */
  readonly key: string;
  readonly kind: 'function' | 'class' | 'method';
  /** Name that `fn.name` shows; null when anonymous. */
  readonly name: string | null;
  /** Position in the original source, 1-based. */
  readonly line: number;
  readonly column: number;
  /** Captured variables, sorted; the thunk returns their values in this order, with `this` before them when `self`. */
  readonly captures: readonly string[];
  /** The site captures `this` (the thunk's first value). */
  readonly self: boolean;
  /** Role `module`: name of the top-level binding by which executors reach this very function or class; null: travels by value. */
  readonly ref: string | null;
  /** The site can never be shipped: thrown when it is, with this text (no prefix). */
  readonly error: SiteError | null;
  readonly async: boolean;
  /** Indeterminate things used: `Math.random`, `Date`, `fetch`, `process`, `fs` … */
  readonly uses: readonly string[];
  /** `process.env` names read (`*` for a computed one). */
  readonly env: readonly string[];
  /** Hash of the AST of the site, nested functions folded in, plus capture names and `self`. */
  readonly hash: string;
  /** Things the code reaches without capturing them: what the lineage fingerprint resolves further. */
  readonly deps: readonly SliceDep[];
  /** Module-level `let` variables of a by-reference module that some function reassigns: worth a warning. */
  readonly mutable: readonly string[];
}

export interface SiteError {
  readonly code:
    | 'ASSIGNS_CAPTURE'
    | 'ARGUMENTS'
    | 'SUPER'
    | 'NEW_TARGET'
    | 'DIRECT_EVAL'
    | 'PRIVATE_NAME'
    | 'DRIVER_ONLY'
    | 'AWAIT_IN_CLASS';
  readonly message: string;
  /** Position of the offending code, 1-based. */
  readonly line: number;
  readonly column: number;
  /** Three lines of source with a caret line below the offending one. */
  readonly frame: string;
}

/**
 * `own`: binding of the same module (role `module`), resolved through `exportsMeta`.
 * `import`: an imported binding; `local` is its name in the code, which tells apart what two imports of the same things mean when they swap names.
 * `sideEffect`: a bare import that the slice keeps.
 */
export type SliceDep =
  | { readonly kind: 'own'; readonly name: string }
  | { readonly kind: 'import'; readonly source: string; readonly name: string; readonly local?: string }
  | { readonly kind: 'sideEffect'; readonly source: string };

/** Of every top-level binding (and `*` for the whole module): hash of its statement slice and what the slice reaches outside. */
export type BindingSlices = Readonly<Record<string, readonly [hash: string, deps: readonly SliceDep[], notes?: SliceNotes]>>;

/** What the code of a slice does besides computing; absent when it does nothing of the kind. The fields mean what they mean in `SiteMeta`. */
export interface SliceNotes {
  readonly uses: readonly string[];
  readonly env: readonly string[];
  readonly mutable: readonly string[];
}

/** `[source, imported name ('*' namespace, 'default'), value]`: lets the encoder recognise imported functions by identity. */
export type ImportEntry = readonly [source: string, imported: string, value: unknown];
