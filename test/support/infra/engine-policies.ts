import type { Template } from 'aws-cdk-lib/assertions';
import type { PolicyStatement } from './policy-evaluator.ts';

/** What takes the place of CloudFormation's names where an engine is emulated. */
export interface ResolvedNames {
  readonly region: string;
  readonly account: string;
  readonly bucket: string;
  readonly table: string;
}

/** The policies of a synthesised engine with ARNs as they would be: by the name of the function, `caller`, `scheduler`, and those of the bucket. */
export interface EnginePolicies {
  readonly of: Readonly<Record<string, readonly PolicyStatement[]>>;
  readonly bucket: readonly PolicyStatement[];
}

type Properties = Readonly<Record<string, unknown>>;
interface PolicyDocument {
  readonly Statement: readonly PolicyStatement[];
}
interface Role {
  readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[];
  readonly ManagedPolicyArns?: readonly unknown[];
}

export function enginePolicies(template: Template, names: ResolvedNames): EnginePolicies {
  const resolve = <T>(value: unknown): T => resolved(value, names) as T;
  const propertiesOf = <T>(type: string): readonly T[] =>
    Object.values(template.findResources(type)).map(({ Properties: properties }) => resolve<T>(properties as Properties));
  const roles = Object.fromEntries(
    Object.entries(template.findResources('AWS::IAM::Role')).map(([id, { Properties: properties }]) => [id, resolve<Role>(properties)]),
  );
  const functions = propertiesOf<{ readonly FunctionName: string; readonly Role: string }>('AWS::Lambda::Function');
  const apart = propertiesOf<{ readonly PolicyDocument: PolicyDocument; readonly Roles: readonly string[] }>('AWS::IAM::Policy');
  const statementsOf = (id: string): readonly PolicyStatement[] => {
    const { Policies, ManagedPolicyArns = [] } = roles[id] as Role;
    if (ManagedPolicyArns.length > 0) throw new Error(`${id} has managed policies, which are not looked at`);
    const all = [...Policies, ...apart.filter(({ Roles }) => Roles.includes(id))];
    return all.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  };
  const of = Object.fromEntries(
    functions.map(({ FunctionName, Role: role }) => [FunctionName, statementsOf(role.replace(/^Arn of /, ''))]),
  );
  const scheduler = Object.keys(roles).find((id) => id.startsWith('EngineSchedulerRole'));
  const [caller] = propertiesOf<{ readonly PolicyDocument: PolicyDocument }>('AWS::IAM::ManagedPolicy');
  const [ofBucket] = propertiesOf<{ readonly PolicyDocument: PolicyDocument }>('AWS::S3::BucketPolicy');
  const others = {
    caller: caller?.PolicyDocument.Statement ?? [],
    ...(scheduler === undefined ? {} : { scheduler: statementsOf(scheduler) }),
  };
  return { of: { ...of, ...others }, bucket: ofBucket?.PolicyDocument.Statement ?? [] };
}

/** CloudFormation's functions, those that the engine's template uses. */
export function resolved(value: unknown, names: ResolvedNames): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, names));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && name === 'Ref') return reference(argument as string, names);
  if (others.length === 0 && name === 'Fn::GetAtt') return arnOf((argument as readonly string[])[0] as string, names);
  if (others.length === 0 && name === 'Fn::Sub')
    return (argument as string).replace(/\$\{([^}]+)\}/g, (_, inner: string) => reference(inner, names));
  if (others.length === 0 && name === 'Fn::Join') {
    const [delimiter, parts] = argument as readonly [string, readonly unknown[]];
    return parts.map((part) => resolved(part, names)).join(delimiter);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, names)]));
}

function reference(name: string, { region, account, bucket, table }: ResolvedNames): string {
  const pseudo: Readonly<Record<string, string>> = { 'AWS::Partition': 'aws', 'AWS::Region': region, 'AWS::AccountId': account };
  if (pseudo[name] !== undefined) return pseudo[name];
  if (name.startsWith('EngineBucket')) return bucket;
  return name.startsWith('EngineTable') ? table : name;
}

function arnOf(resource: string, { region, account, bucket, table }: ResolvedNames): string {
  if (resource.startsWith('EngineBucket')) return `arn:aws:s3:::${bucket}`;
  if (resource.startsWith('EngineTable')) return `arn:aws:dynamodb:${region}:${account}:table/${table}`;
  const engine = /^Engine(\w+)driverFunction[0-9A-F]{8}$/.exec(resource)?.[1];
  if (engine !== undefined) return `arn:aws:lambda:${region}:${account}:function:levin-${engine}-driver`;
  if (resource.startsWith('EngineDriverFailures')) return `arn:aws:sqs:${region}:${account}:driver-failures`;
  if (/Logs[0-9A-F]{8}$/.test(resource)) return `arn:aws:logs:${region}:${account}:log-group:${resource}:*`;
  return `Arn of ${resource}`;
}
