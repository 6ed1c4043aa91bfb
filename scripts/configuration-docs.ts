import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ConfigKey, type ConfigKind, configTable } from '../driver/config/config-table.ts';

/** docs/configuration.md, made from the table. */
export function configurationDocs(): string {
  const sections = Object.entries(configTable).map(([name, key]) => section(name, key));
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# Configuration

<!-- Made by npm run docs from driver/config/config-table.ts. -->

Every setting can be given in four places; the first one wins, and a setting that overrides a different value is printed:

1. flags of \`levin run\`: \`--conf key=value\`, and \`--on\`, \`--master\`, \`--name\`, \`--state-dir\`, \`--quiet\`;
2. environment variables;
3. \`Context.create({ key: value })\`;
4. \`levin.config.ts\` (or \`.mts\`, \`.js\`, \`.mjs\`) in the project root, the folder of the nearest \`package.json\`.

\`\`\`ts
import { defineConfig } from 'levin';

export default defineConfig({ master: 'local[4]', defaultParallelism: 8 });
\`\`\`

Spark's names stand for the same settings wherever a key is written. An unknown key and a value out of its limits are errors before anything runs.
`;

function section(name: string, { type, default: value, env, aliases, text }: ConfigKey): string {
  const rows = [
    ['value', kindText(type)],
    [
      'default',
      value === null ? 'see above' : code(typeof value === 'object' ? Object.values(value).join(',') || '(empty)' : String(value)),
    ],
    ['environment', code(env)],
    ...(aliases.length === 0 ? [] : [['Spark', aliases.map(code).join(', ')]]),
  ];
  return [`## ${name}`, '', text, '', '| | |', '|---|---|', ...rows.map(([what, says]) => `| ${what} | ${says} |`), ''].join('\n');
}

function kindText(type: ConfigKind): string {
  switch (type.kind) {
    case 'string':
      return 'text';
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
      return `whole number from ${type.min} to ${type.max}`;
    case 'bytes':
      return `number of bytes${type.min === 0 ? '' : ` from ${type.min}`}; as text also \`64k\`, \`128m\`, \`1g\` (powers of 1,024)`;
    case 'number':
      return `number from ${type.min} to ${type.max}`;
    case 'duration':
      return `milliseconds from ${type.min} to ${type.max}; as text also \`100ms\`, \`90s\`, \`5m\`, \`1h\``;
    case 'choice':
      return type.choices.map(code).join(', ');
    case 'pools':
      return 'pools by name; as text JSON: `{"etl":{"weight":3,"minShare":2}}`';
    case 'list':
      return 'list of names; as text separated by commas';
  }
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(import.meta.dirname, '../docs/configuration.md'), configurationDocs());
}
