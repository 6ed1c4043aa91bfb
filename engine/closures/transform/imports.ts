import type { SliceDep } from '../site-meta.ts';
import type { Node, NodeOf, Program } from './ast.ts';
import type { ModuleFacts } from './module-facts.ts';
import type { Binding, Reference } from './scope-model.ts';

/** An imported variable. */
export interface ImportBinding {
  readonly binding: Binding;
  readonly source: string;
  /** `*` for a namespace. */
  readonly imported: string;
  readonly statement: NodeOf<'ImportDeclaration'>;
  /** Some code uses the value; `export { x }` alone may mean a type. Types must not be touched, else their import would stay and fail to link. */
  readonly isUsed: boolean;
  readonly isDriverOnly: boolean;
}

export type ImportTable = ReadonlyMap<Binding, ImportBinding>;

/** The imported variables of a module, in source order. */
export function findImports(facts: ModuleFacts, driverOnly: readonly (string | RegExp)[]): ImportTable {
  const imports = new Map<Binding, ImportBinding>();
  for (const statement of facts.program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    for (const specifier of statement.specifiers) {
      const binding = facts.module.bindings.get(specifier.local.name);
      if (binding?.declarations[0]?.node !== specifier) continue;
      const isUsed = binding.references.some(({ exported }) => !exported);
      const source = statement.source.value;
      imports.set(binding, {
        binding,
        source,
        imported: importedName(specifier),
        statement,
        isUsed,
        isDriverOnly: isDriverOnly(source, driverOnly) && !isForTasks(source, importedName(specifier)),
      });
    }
  }
  return imports;
}

export function isDriverOnly(source: string, driverOnly: readonly (string | RegExp)[]): boolean {
  return driverOnly.some((pattern) => (typeof pattern === 'string' ? pattern === source : source.search(pattern) >= 0));
}

/** What `levin` has for code that runs in tasks. */
const FOR_TASKS: ReadonlySet<string> = new Set(['TaskContext', 'BarrierTaskContext']);

function isForTasks(source: string, imported: string): boolean {
  return source === 'levin' && FOR_TASKS.has(imported);
}

/** `import './x'` */
export function bareImports(program: Program): readonly NodeOf<'ImportDeclaration'>[] {
  return program.body.filter(
    (node) => node.type === 'ImportDeclaration' && node.importKind !== 'type' && node.specifiers.length === 0,
  ) as NodeOf<'ImportDeclaration'>[];
}

/** What a use of an import means for the lineage. The local name stays out where it says nothing new. */
export function importDep(imported: ImportBinding, reference: Reference): Extract<SliceDep, { kind: 'import' }> {
  const name = importedBy(imported, reference);
  const { source, binding } = imported;
  return binding.name === name ? { kind: 'import', source, name } : { kind: 'import', source, name, local: binding.name };
}

/** Which export a use needs: of a namespace only the member, when it is written out. */
export function importedBy({ imported }: ImportBinding, { place }: Reference): string {
  const parent = place.parent?.node;
  if (imported !== '*' || parent?.type !== 'MemberExpression' || parent.object !== place.node) return imported;
  return staticMember(parent) ?? '*';
}

/** Name of `o.name` or `o['name']`; null when computed or private. */
export function staticMember(node: NodeOf<'MemberExpression'>): string | null {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : null;
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : null;
}

function importedName(specifier: NodeOf<'ImportDeclaration'>['specifiers'][number]): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return moduleExportName(specifier.imported);
}

/** `x`, or the text of `"a string name"`. */
export function moduleExportName(node: Node): string {
  if (node.type === 'Literal') return String(node.value);
  return node.type === 'Identifier' ? node.name : '';
}
