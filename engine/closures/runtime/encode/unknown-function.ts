import type { AnyFunction } from '../driver-registry.ts';
import { NotEncodable } from './not-encodable.ts';

/** Why a function without a site cannot travel. */
export function unknownFunction(fn: AnyFunction, isClassOfInstance: boolean): NotEncodable {
  const text = Function.prototype.toString.call(fn);
  const name = fn.name === '' ? '' : ` \`${fn.name}\``;
  if (isClassOfInstance) {
    return new NotEncodable(
      'UNKNOWN_CLASS',
      `an instance of class ${fn.name === '' ? '(anonymous)' : fn.name}, which no user module declares or imports by name, so executors cannot find it. Call registerClass('${fn.name === '' ? 'id' : fn.name}', …) for it at the top level of an imported module`,
    );
  }
  if (fn.name.startsWith('bound ') && text.includes('[native code]')) {
    return new NotEncodable(
      'BOUND',
      'a function made by .bind(): its target and bound arguments are hidden from JavaScript. Write an arrow instead',
    );
  }
  if (text.includes('[native code]')) {
    return new NotEncodable('NATIVE', `a native function${name} that is not reachable by a global name. Wrap it in an arrow: (x) => …(x)`);
  }
  if (/^(?:async )?function\*? anonymous\(/.test(text)) {
    return new NotEncodable(
      'NEW_FUNCTION',
      'a function made by `new Function(...)` has no source position the transform could see. Write it as a function expression',
    );
  }
  return new NotEncodable(
    'FOREIGN',
    `the function${name} was not created in a transformed module (it comes from node_modules, eval, or a file loaded without levin/register). Create it at the top level of an imported module, so that executors re-create it by evaluating that module, or wrap it in an arrow`,
  );
}
