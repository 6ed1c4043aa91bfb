import { outerPlace } from './site-names.ts';
import type { Site } from './sites.ts';

/** Name of the method that gets the function as an argument right where it is written: `map` in `rdd.map((x) => x)`. */
export function passedTo({ place }: Site): string | null {
  const parent = outerPlace(place)?.node;
  if (parent?.type !== 'CallExpression' || parent.callee.type !== 'MemberExpression') return null;
  const isArgument = parent.arguments.some(({ start, end }) => start <= place.node.start && place.node.end <= end);
  return isArgument && parent.callee.property.type === 'Identifier' && !parent.callee.computed ? parent.callee.property.name : null;
}
