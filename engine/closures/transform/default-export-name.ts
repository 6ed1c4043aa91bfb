import type { Node } from './ast.ts';
import type { Edits } from './edits.ts';
import type { ModuleFacts } from './module-facts.ts';
import type { EmittedNames } from './names.ts';

/** `export default function () {}` or `export default class {}`: nothing could refer to it. */
export interface AnonymousDefault {
  /** Where the generated name goes. */
  readonly position: number;
  readonly statement: Node;
  /** Gives `fn.name` back its value `default`; empty when the class has a `name` of its own. */
  readonly restoreName: string;
}

const GAP = String.raw`(?:\s|/\*[\s\S]*?\*/|//[^\n]*\n)*`;
const FUNCTION_HEAD = new RegExp(`^(?:async${GAP})?function(?:${GAP}\\*)?`);
const CLASS_HEAD = new RegExp(`^(?:abstract${GAP})?class`);

export function findAnonymousDefault(facts: ModuleFacts, code: string, names: EmittedNames): AnonymousDefault | null {
  for (const statement of facts.program.body) {
    if (statement.type !== 'ExportDefaultDeclaration') continue;
    const node = statement.declaration;
    if ((node.type !== 'FunctionDeclaration' && node.type !== 'ClassDeclaration') || node.id !== null) return null;
    const start = node.type === 'ClassDeclaration' ? keywordStart(node, code) : node.start;
    const head = (node.type === 'ClassDeclaration' ? CLASS_HEAD : FUNCTION_HEAD).exec(code.slice(start))?.[0] ?? '';
    const keepsName = node.type === 'ClassDeclaration' && node.body.body.some((member) => isStaticName(member));
    const isShadowed = facts.module.bindings.has('Object');
    const restoreName = `;Object.defineProperty(${names.anonymous},"name",{value:"default",configurable:true});`;
    return { position: start + head.length, statement, restoreName: keepsName || isShadowed ? '' : restoreName };
  }
  return null;
}

interface Named {
  readonly anonymousDefault: AnonymousDefault | null;
  readonly names: EmittedNames;
}

/** The name goes in, and what `fn.name` shows stays `default`. */
export function nameDefaultExport({ anonymousDefault: found, names }: Named, edits: Edits): void {
  if (found === null) return;
  edits.before(found.position, ` ${names.anonymous}`, found.position);
  if (found.restoreName !== '') edits.after(found.statement.end, found.restoreName, found.statement.start);
}

/** After the decorators inside the class's own text. */
function keywordStart(node: Node, code: string): number {
  const decorators = 'decorators' in node ? (node.decorators ?? []) : [];
  const start = Math.max(node.start, ...decorators.map(({ end }) => end));
  return start + (new RegExp(`^${GAP}`).exec(code.slice(start))?.[0].length ?? 0);
}

function isStaticName(member: Node): boolean {
  return 'static' in member && member.static === true && 'key' in member && member.key?.type === 'Identifier' && member.key.name === 'name';
}
