import type { Check } from '#model/check.ts';
import type { Right } from '#model/right.ts';
import { HEADER, type GeneratedFile } from './files.ts';
import { markdownTable } from './markdown.ts';
import { rightsFor } from './rights.ts';

/** docs/permissions.md: every right of the operator and what it is for. */
export function permissionsPage(checks: readonly Check[]): GeneratedFile {
  const { read, secrets, reports, events, own } = rightsFor(checks);
  const sections = [
    `<!-- ${HEADER} -->`,
    '# Permissions',
    'Every right of the operator, from the code that uses it: the kinds that checks declare, and what is written. A test asks the authorizer of a real API server for every verb on every resource, and finds no other.',
    '## In the whole cluster',
    'ClusterRole `kubeposture`.',
    tableOf([...read, ...reports]),
    'ClusterRole `kubeposture-events`, which the overlay `no-events` goes without (Helm: `rbac.events=false`).',
    tableOf(events),
    'ClusterRole `kubeposture-secrets`, which the overlay `secrets` adds (Helm: `rbac.secrets=true`).',
    tableOf(secrets),
    SECRETS,
    '## In its own namespace',
    'Role `kubeposture`.',
    tableOf(own),
  ];
  return { path: 'docs/permissions.md', text: `${sections.join('\n\n')}\n` };
}

const SECRETS =
  'Kubernetes cannot grant "metadata only": whoever may list Secrets may read them. The operator asks for metadata, but its token could do more. So this right is yours to give; without it the checks that look at Secrets say `unknown`.';

function tableOf(rights: readonly Right[]): string {
  return markdownTable(
    ['Resource', 'Verbs', 'Needed to'],
    rights.map(({ group, resources, verbs, names, why }) => [
      [
        ...resources.map((resource) => `\`${group === '' ? resource : `${resource}.${group}`}\``),
        ...(names ?? []).map((name) => `named \`${name}\``),
      ].join(', '),
      verbs.join(', '),
      why,
    ]),
  );
}
