import { LevinError } from '../../errors/levin-error.ts';
import type { NotEncodable } from './encode/not-encodable.ts';

/** `Cannot ship the function passed to rdd.map() to executors: … reached through: …` */
export function notShippable(operation: string, problem: NotEncodable): LevinError {
  const parts = [`Cannot ship the function passed to ${operation}() to executors: ${sentence(problem.message)}`];
  if (problem.frame !== null) parts.push(problem.frame);
  if (problem.path.length > 0) parts.push(`reached through: ${problem.path.join(' → ')}`);
  return new LevinError({
    code: 'CLOSURE_NOT_SHIPPABLE',
    fault: 'user',
    message: parts.join('\n'),
    details: { operation, reason: problem.reason, path: [...problem.path] },
    ...(problem.cause === undefined ? {} : { cause: problem.cause }),
  });
}

/** `record[1].db.pool: a Promise (await it on the driver first)` */
export function notEncodable(root: string, problem: NotEncodable): LevinError {
  const path = problem.path.reduce((text, step) => (/^[.[]/.test(step) ? text + step : `${text} → ${step}`), root);
  const frame = problem.frame === null ? '' : `\n${problem.frame}`;
  return new LevinError({
    code: 'RECORD_NOT_ENCODABLE',
    fault: 'user',
    message: `Cannot encode ${path}: ${sentence(problem.message)}${frame}`,
    details: { reason: problem.reason, path: [...problem.path] },
    ...(problem.cause === undefined ? {} : { cause: problem.cause }),
  });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
