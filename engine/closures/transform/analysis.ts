import type { SiteMeta } from '../site-meta.ts';
import type { Program } from './ast.ts';
import { findCaptures, type ModuleRole, type SiteCaptures } from './captures.ts';
import { type AnonymousDefault, findAnonymousDefault } from './default-export-name.ts';
import { findImports, type ImportTable } from './imports.ts';
import { gatherFacts, type ModuleFacts } from './module-facts.ts';
import { chooseNames, type EmittedNames } from './names.ts';
import { topLevelNameOf } from './references-by-name.ts';
import { findSiteErrors } from './site-errors.ts';
import { describeSites, hashModule } from './site-table.ts';
import { findSites, type Site } from './sites.ts';
import { type ModuleSlices, sliceModule } from './slices.ts';
import type { SourceText } from './source-text.ts';

/** Everything known about a module before any code is emitted; the same for both modes. */
export interface Analysis {
  readonly facts: ModuleFacts;
  readonly names: EmittedNames;
  readonly imports: ImportTable;
  readonly sites: readonly Site[];
  readonly captures: readonly SiteCaptures[];
  readonly metas: readonly SiteMeta[];
  /** For each site the sources it imports from. */
  readonly needs: readonly (readonly string[])[];
  /** Null in the main file: what closures use of it is captured. */
  readonly slices: ModuleSlices | null;
  readonly anonymousDefault: AnonymousDefault | null;
}

export interface AnalysisOptions {
  readonly moduleId: string;
  readonly role: ModuleRole;
  readonly driverOnly: readonly (string | RegExp)[];
}

export function analyse(program: Program, source: SourceText, { moduleId, role, driverOnly }: AnalysisOptions): Analysis {
  const facts = gatherFacts(program);
  const names = chooseNames(source.code);
  const imports = findImports(facts, driverOnly);
  const sites = findSites(facts);
  const captures = findCaptures(facts, sites, role);
  const refs = sites.map((site) => topLevelNameOf(site, { facts, role, anonymous: names.anonymous }));
  const refOf = (site: Site): string | null => refs[site.index] ?? null;
  const errors = findSiteErrors(facts, sites, { moduleId, source, imports, captures, refOf });
  const hashes = hashModule(facts, sites, captures);
  const slices = role === 'main' ? null : sliceModule(facts, imports, hashes.statements);
  const { metas, needs } = describeSites(facts, sites, { moduleId, source, captures, errors, hashes, imports, refOf, slices });
  return {
    facts,
    names,
    imports,
    sites,
    captures,
    metas,
    needs,
    slices,
    anonymousDefault: findAnonymousDefault(facts, source.code, names),
  };
}
