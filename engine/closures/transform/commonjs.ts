import type { ModuleFacts } from './module-facts.ts';
import { commonJsError, type ParsedModule } from './parse.ts';
import type { Reference } from './scope-model.ts';

/** Refuses a file that only works as CommonJS: `require`, `module.exports` or `export =`, and no import or export. */
export function assertEsModule(parsed: ParsedModule, facts: ModuleFacts, id: string): void {
  const path = id.replace(/[?#].*$/, '');
  if (facts.program.body.some(({ type }) => type === 'TSExportAssignment')) throw commonJsError(path, 'it uses `export =`');
  if (parsed.hasModuleSyntax) return;
  const use = facts.references.map(commonJsUse).find((text) => text !== null);
  if (use !== undefined && use !== null) throw commonJsError(path, `it uses \`${use}\` and has neither import nor export`);
}

function commonJsUse({ name, binding, place }: Reference): string | null {
  if (binding !== null) return null;
  const parent = place.parent?.node;
  if (name === 'require') return parent?.type === 'CallExpression' && parent.callee === place.node ? 'require()' : null;
  if (parent?.type !== 'MemberExpression' || parent.object !== place.node) return null;
  if (name === 'module') return parent.property.type === 'Identifier' && parent.property.name === 'exports' ? 'module.exports' : null;
  return name === 'exports' ? 'exports' : null;
}
