import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition } from '../../ports/metadata-store.ts';
import { type Attributes, comparable, EXPIRY_ATTRIBUTE, fieldAttribute, KEY_ATTRIBUTES } from './dynamodb-item.ts';

/** A condition as DynamoDB evaluates it. */
export interface ConditionExpression {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Attributes;
  /** The loser is told the winner, without another read. */
  readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD';
}

/**
 * ```
 * absent           attribute_not_exists(PK) OR EXP <= :now
 * equals {a: 1}    attribute_exists(PK) AND (attribute_not_exists(EXP) OR EXP > :now) AND #f0 = :f0
 * equals {a: null} … AND (attribute_not_exists(#f0) OR #f0 = :f0)
 * ```
 */
export function conditionExpression(condition: Condition, nowMs: number): ConditionExpression {
  const names: Record<string, string> = { '#pk': KEY_ATTRIBUTES.partition, '#exp': EXPIRY_ATTRIBUTE };
  const values: Attributes = { ':now': { N: String(nowMs) } };
  const terms: string[] = [];
  if (condition.kind === 'absent') terms.push('(attribute_not_exists(#pk) OR #exp <= :now)');
  else {
    terms.push('attribute_exists(#pk)', '(attribute_not_exists(#exp) OR #exp > :now)');
    for (const [i, [field, value]] of Object.entries(condition.fields).entries()) {
      names[`#f${i}`] = fieldAttribute(field);
      terms.push(fieldTerm(values, i, value));
    }
  }
  return {
    ConditionExpression: terms.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function fieldTerm(values: Record<string, AttributeValue>, i: number, value: string | number | boolean | null): string {
  const { whole, digest } = comparable(value);
  values[`:f${i}`] = { S: whole };
  const equal = `#f${i} = :f${i}`;
  if (value === null) return `(attribute_not_exists(#f${i}) OR ${equal})`;
  if (digest === null) return equal;
  values[`:d${i}`] = { B: digest };
  return `(${equal} OR begins_with(#f${i}, :d${i}))`;
}
