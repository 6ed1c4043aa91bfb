import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type StackProps, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import type { LevinEngineProps } from '../../../infra/levin-engine-props.ts';
import { LevinStack } from '../../../infra/levin-stack.ts';

/** A CDK app with one engine, whose assembly goes away with it. */
export interface SynthesizedApp extends Disposable {
  readonly app: App;
  readonly folder: string;
}

export function cdkApp(): SynthesizedApp {
  const folder = mkdtempSync(join(tmpdir(), 'levin-infra-'));
  const app = new App({ outdir: folder, analyticsReporting: false });
  return { app, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The CloudFormation template of an engine in a stack of its own. */
export function engineTemplate(props: LevinEngineProps & StackProps = {}): Template {
  using cdk = cdkApp();
  return Template.fromStack(new LevinStack(cdk.app, 'levin-main', props));
}

/** Acknowledged rules of all constructs below, with the reasons, as `construct path: rule`. */
export function acknowledgements(root: IConstruct): Readonly<Record<string, string>> {
  const all = root.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>))
      .map(([id, reason]) => [`${construct.node.path}: ${id.replace('Annotation::', '')}`, reason] as const),
  );
  return Object.fromEntries(all);
}

export interface NagFindings {
  /** Also those that are acknowledged. */
  readonly acknowledged: boolean;
  /** What is made besides. */
  readonly also?: (stack: LevinStack) => void;
}

/** What cdk-nag's AwsSolutions rules find, as `construct path: rule`. */
export function nagFindings(props: LevinEngineProps & StackProps, { acknowledged, also }: NagFindings): readonly string[] {
  using cdk = cdkApp();
  Validations.of(cdk.app).addPlugins(new AwsSolutionsChecks(cdk.app));
  const stack = new LevinStack(cdk.app, 'levin-main', props);
  also?.(stack);
  if (acknowledged) for (const { node } of stack.node.findAll()) Object.defineProperty(node, 'metadata', { value: [] });
  // The CDK prints what it finds.
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    cdk.app.synth();
    return [];
  } catch {
    return readFindings(join(cdk.folder, 'validation-report.json'));
  } finally {
    process.stderr.write = write;
  }
}

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

function readFindings(file: string): readonly string[] {
  const { pluginReports } = JSON.parse(readFileSync(file, 'utf8')) as ValidationReport;
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${constructPath.replace(/\/Resource$/, '')}: ${ruleName}`),
    ),
  );
}
