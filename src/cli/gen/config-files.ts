import { CONFIG_SCHEMA } from '#settings/config.ts';
import { CONFIGURATION } from '#settings/description.ts';
import { fieldsOf, isSection, type Field, type Section } from '#settings/field.ts';
import { HEADER, type GeneratedFile } from './files.ts';
import { markdownTable } from './markdown.ts';

/** The JSON schema of the configuration file and its page. */
export function configFiles(): readonly GeneratedFile[] {
  return [
    { path: 'docs/config.schema.json', text: `${JSON.stringify(CONFIG_SCHEMA, undefined, 2)}\n` },
    { path: 'docs/configuration.md', text: page() },
  ];
}

const EXAMPLE = `scope:
  namespaces:
    exclude: [kube-system, sandbox-*]
checks:
  disable: [KP-POD-017]
  severity:
    KP-NET-002: high
  parameters:
    floatingTags: [latest, next]
controlPlane:
  declaredControls:
    KP-API-001:
      status: pass
      reason: the provider lets anonymous requests see health paths only
      expires: '2027-06-30T00:00:00Z'`;

function page(): string {
  const sections = [
    `<!-- ${HEADER} -->`,
    '# Configuration file',
    'One YAML file, named by `--config` or `KUBEPOSTURE_CONFIG`, the same for `scan` and `operator`. Every section and every field may be absent; a field that is not on this page is an error that says its place and what is allowed there.',
    `\`\`\`yaml\n# yaml-language-server: $schema=config.schema.json\n${EXAMPLE}\n\`\`\``,
    '[config.schema.json](config.schema.json) is its JSON schema: with the first line above, editors complete and check the file.',
    '## Variables',
    'Each field has a variable, which wins over the file: its path in capitals with `_` between words, such as `KUBEPOSTURE_WRITES_RATE` for `writes.rate`. The value is YAML: `[a, b]` is a list, which takes the place of the list in the file.',
    '## While the operator runs',
    'It reads the file every second, so that a change of a mounted ConfigMap is seen however it comes, and takes over what has changed at once: everything is judged anew, reports and metrics follow, nothing is restarted. What takes effect at the next start only is marked below and named in the log. A file that is wrong or gone is refused: the last good settings stay, the log says why, an Event on the pod of the leader as well (`ConfigurationRefused`), and `kubeposture_config_reloads_total{result="refused"}` counts it.',
    ...Object.entries(CONFIGURATION.fields).map(([name, section]) => sectionText(name, section)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function sectionText(name: string, section: Section): string {
  const nested = Object.entries(section.fields).flatMap(([inner, of]) =>
    isSection(of) ? [`\`${name}.${inner}\`: ${of.says}`] : [],
  );
  const rows = Array.from(fieldsOf(section, [name]), ([path, field]) => [
    `\`${path}\``,
    typeText(field.schema),
    defaultText(field.fallback),
    `${field.says}${field.restart === true ? ' At the next start.' : ''}`,
  ]);
  return [`## ${name}`, section.says, ...nested, markdownTable(['Field', 'Type', 'Default', 'What it is'], rows)].join(
    '\n\n',
  );
}

/** What is too long for a cell stands in the schema. */
const LONG = 2000;

function defaultText(fallback: unknown): string {
  const text = JSON.stringify(fallback);
  return text.length > LONG ? 'in [the schema](config.schema.json)' : `\`${text}\``;
}

/** The type of a field in words, from its JSON schema. */
function typeText(schema: Field<unknown>['schema']): string {
  const { type, items, enum: words, additionalProperties: values, propertyNames: names } = schema as Schema;
  if (words !== undefined) return `one of ${words.join(', ')}`;
  if (items !== undefined) return `list of ${typeText(items)}s`;
  if (values !== undefined && values !== false) return `${names?.title ?? 'word'}: ${typeText(values)}`;
  return type ?? 'anything';
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Field<unknown>['schema'];
  readonly propertyNames?: { readonly title?: string };
  readonly additionalProperties?: Field<unknown>['schema'] | false;
}
