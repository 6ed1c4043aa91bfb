import { pathToFileURL } from 'node:url';
import type { BindingSlices } from '../site-meta.ts';
import type { Analysis } from './analysis.ts';
import { annotationOf, firstStatement, needsParens } from './annotation.ts';
import type { NodeOf } from './ast.ts';
import { nameDefaultExport } from './default-export-name.ts';
import { createEdits, type Edits, type Piece } from './edits.ts';
import { importEntries } from './import-entries.ts';
import { runtimeImport } from './names.ts';
import type { Site } from './sites.ts';

export interface DriverInput {
  readonly analysis: Analysis;
  readonly code: string;
  /** Absolute path of the file. */
  readonly id: string;
  readonly moduleId: string;
  readonly role: 'main' | 'module';
  readonly runtime: string;
}

/** The user's code with every function and class tied to its site. Only insertions, none with a line break: lines stay where they are. */
export function driverPieces(input: DriverInput): readonly Piece[] {
  const { analysis, code } = input;
  const edits = createEdits(code);
  const { program } = analysis.facts;
  const start = firstStatement(program.body);
  const head = `${runtimeImport(analysis.names, input.runtime, ['lv', 'lvm', 'sites'])}${sitesCall(input, analysis.slices?.exports ?? {})}`;
  // Without statements the file may end in a comment.
  if (start < 0) edits.after(code.length, `\n${head}`, 0);
  else edits.before(start, head, Number.POSITIVE_INFINITY);
  annotate(analysis, edits);
  nameDefaultExport(analysis, edits);
  return edits.pieces();
}

function sitesCall({ analysis, id, moduleId, role }: DriverInput, slices: BindingSlices): string {
  const { names, metas } = analysis;
  const url = pathToFileURL(id.replace(/[?#].*$/, '')).href;
  const entries = importEntries(analysis);
  return `var ${names.table}=${names.sites}(${JSON.stringify(moduleId)},${JSON.stringify(url)},${JSON.stringify(metas)},()=>${entries},${slicesText(slices)},${JSON.stringify(role)});`;
}

/** A variable named `__proto__` must not become a prototype. */
function slicesText(slices: BindingSlices): string {
  return JSON.stringify(slices).replace(/(?<=[{,])"__proto__":/g, '["__proto__"]:');
}

function annotate(analysis: Analysis, edits: Edits): void {
  const { program } = analysis.facts;
  const methods = new Map<NodeOf<'ObjectExpression'>, { readonly entries: string[]; readonly parens: boolean }>();
  for (const site of analysis.sites) {
    const annotation = annotationOf(site, program);
    const { start, end } = site;
    switch (annotation.kind) {
      case 'hoisted':
        for (const position of annotation.positions) edits.before(position, `${call(site, annotation.name, analysis)};`, Number.MAX_VALUE);
        break;
      case 'after':
        edits.after(annotation.statement.end, `;${call(site, annotation.name, analysis)};`, annotation.statement.start);
        break;
      case 'method': {
        const group = methods.get(annotation.object) ?? { entries: [], parens: needsParens(annotation.place) };
        methods.set(annotation.object, group);
        group.entries.push(`[${JSON.stringify(annotation.key)},${argumentsOf(site, analysis)}]`);
        break;
      }
      case 'wrap':
        edits.before(start, `${annotation.needsParens ? '(' : ''}${analysis.names.lv}(`, end);
        edits.after(end, `,${argumentsOf(site, analysis)}${nameArgument(site)})${annotation.needsParens ? ')' : ''}`, start);
        break;
      case 'none':
        break;
    }
  }
  for (const [{ start, end }, { entries, parens }] of methods) {
    edits.before(start, `${parens ? '(' : ''}${analysis.names.lvm}(`, end);
    edits.after(end, `,[${entries.join(',')}])${parens ? ')' : ''}`, start);
  }
}

function call(site: Site, name: string | null, analysis: Analysis): string {
  return `${analysis.names.lv}(${name ?? analysis.names.anonymous},${argumentsOf(site, analysis)})`;
}

/** `__S?.[3],()=>[this,a]`: the table is not there yet when a circular import calls a hoisted function before this module ran. */
function argumentsOf(site: Site, { captures, names }: Analysis): string {
  const found = captures[site.index];
  const values = [...(found?.self === true ? ['this'] : []), ...(found?.captures.keys() ?? [])];
  return `${names.table}?.[${site.index}],()=>[${values.join(',')}]`;
}

/** Wrapping hides an anonymous function from the place that would name it. */
function nameArgument({ node, name }: Site): string {
  if (name === null || (node.type !== 'ArrowFunctionExpression' && 'id' in node && node.id !== null)) return '';
  return hasStaticName(node) ? '' : `,${JSON.stringify(name)}`;
}

function hasStaticName(node: Site['node']): boolean {
  if (node.type !== 'ClassExpression') return false;
  return node.body.body.some(
    (member) => 'static' in member && member.static && 'key' in member && member.key.type === 'Identifier' && member.key.name === 'name',
  );
}
