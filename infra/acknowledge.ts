import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Says to whoever checks a template with cdk-nag which findings are meant to be, and why. By the rule's name. */
export function acknowledge(construct: Construct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}
