import type { Analysis } from './analysis.ts';
import { nameDefaultExport } from './default-export-name.ts';
import { createEdits, type Piece } from './edits.ts';
import { factoryPieces } from './factories.ts';
import { importEntries } from './import-entries.ts';
import { bareImports, type ImportBinding, isDriverOnly } from './imports.ts';
import { objectKey, runtimeImport } from './names.ts';

export interface ExecutorInput {
  readonly analysis: Analysis;
  readonly code: string;
  readonly moduleId: string;
  readonly runtime: string;
  readonly driverOnly: readonly (string | RegExp)[];
  readonly lazySpec?: ((source: string, names: readonly string[]) => string) | undefined;
}

/** An imported module on an executor: the code as it is, then what can be reached by name and the factories of what cannot. */
export function executorModulePieces({ analysis, code, moduleId, runtime }: ExecutorInput): readonly Piece[] {
  const { names, metas } = analysis;
  const edits = createEdits(code);
  nameDefaultExport(analysis, edits);
  const refs = metas.flatMap(({ ref }) => (ref === null ? [] : [`${objectKey(ref)}:()=>${ref}`]));
  return [
    ...edits.pieces(),
    `\n;${runtimeImport(names, runtime, ['refs', 'def'])}\n`,
    `${names.refs}(${JSON.stringify(moduleId)},{${refs.join(',')}},()=>${importEntries(analysis)});\n`,
    ...factories(analysis, false),
  ];
}

/**
 * The main file on an executor: its top level never runs there. Left are imports for their side effects, the factories,
 * and the other imports as functions, so that only those are loaded which a shipped closure needs.
 */
export function executorMainPieces({ analysis, moduleId, runtime, driverOnly, lazySpec }: ExecutorInput): readonly Piece[] {
  const { names, imports, facts } = analysis;
  const kept = [...imports.values()].filter(({ isUsed, isDriverOnly: refused }) => isUsed && !refused);
  const bare = bareImports(facts.program).filter(({ source }) => !isDriverOnly(source.value, driverOnly));
  const bySource = Map.groupBy(kept, ({ source }) => source);
  const lazies = [...bySource].map(
    ([source, list]) => `${objectKey(source)}:${lazyText(source, list, { values: names.values, lazySpec })}`,
  );
  return [
    `${runtimeImport(names, runtime, ['lazy', 'def'])}\n`,
    ...bare.flatMap(({ start, end }): Piece[] => [{ start, end }, '\n']),
    ...(kept.length === 0 ? [] : [`let ${kept.map(({ binding }) => binding.name).join(',')};\n`]),
    `${names.lazy}(${JSON.stringify(moduleId)},{${lazies.join(',')}});\n`,
    ...factories(analysis, true),
  ];
}

function factories({ sites, metas, needs, captures, names }: Analysis, isMain: boolean): readonly Piece[] {
  return sites.flatMap((site) => {
    const meta = metas[site.index];
    if (meta === undefined || meta.ref !== null || meta.error !== null) return [];
    return factoryPieces({
      site,
      key: meta.key,
      captures: captures[site.index]?.captures ?? new Map(),
      needs: isMain ? (needs[site.index] ?? []) : [],
      names,
    });
  });
}

interface LazyOptions {
  readonly values: string;
  readonly lazySpec: ExecutorInput['lazySpec'];
}

/** `[()=>import("lodash-es"),(m)=>{capitalize=m["capitalize"];_=m;}]` */
function lazyText(source: string, list: readonly ImportBinding[], { values, lazySpec }: LazyOptions): string {
  const wanted = [...new Set(list.map(({ imported }) => imported))].sort();
  // Of levin, the part that executors have: all of the driver would be loaded for a class.
  const from = source === 'levin' ? 'levin/executor-api' : source;
  const specifier = lazySpec?.(from, wanted) ?? from;
  const attributes = specifier === source ? attributesText(list) : '';
  const assignments = list.map(
    ({ binding, imported }) => `${binding.name}=${imported === '*' ? values : `${values}[${JSON.stringify(imported)}]`};`,
  );
  return `[()=>import(${JSON.stringify(specifier)}${attributes}),(${values})=>{${assignments.join('')}}]`;
}

function attributesText([first]: readonly ImportBinding[]): string {
  const attributes = first?.statement.attributes ?? [];
  if (attributes.length === 0) return '';
  const entries = attributes.map(
    ({ key, value }) => `${JSON.stringify(key.type === 'Identifier' ? key.name : key.value)}:${JSON.stringify(value.value)}`,
  );
  return `,{with:{${entries.join(',')}}}`;
}
